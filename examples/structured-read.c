/* SPDX-License-Identifier: MIT */
/* Show in which pieces a server answers one read.
 *
 *   structured-read nbd://localhost/disk 0 1048576
 *
 * A structured reply tells holes from data and says exactly which offset is
 * bad, where nbd_pread can only say that the read failed. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libnbd.h>

/* Called for each piece as it arrives, in the order the server chose. */
static int
print_piece (void *unused, const void *subbuf, size_t count, uint64_t offset,
             unsigned status, int *error)
{
  (void) unused, (void) subbuf; /* the data, already in the read's buffer */
  switch (status) {
  case LIBNBD_READ_DATA:
    printf ("%12" PRIu64 " %10zu  data\n", offset, count);
    return 0;
  case LIBNBD_READ_HOLE:
    printf ("%12" PRIu64 " %10zu  hole\n", offset, count);
    return 0;
  case LIBNBD_READ_ERROR:
    printf ("%12" PRIu64 " %10s  error: %s\n", offset, "-",
            strerror (*error));
    return 0; /* the read fails with this error in any case */
  default: *error = EPROTO; return -1;
  }
}

/* The read; -1 with libnbd's error set. */
static int
read_pieces (struct nbd_handle *nbd, const char *uri, void *buf, size_t count,
             uint64_t offset)
{
  nbd_chunk_callback cb = { .callback = print_piece };
  if (nbd_connect_uri (nbd, uri) == -1)
    return -1;
  if (!nbd_get_structured_replies_negotiated (nbd))
    printf ("the server knows simple replies only: expect one piece\n");
  if (nbd_pread_structured (nbd, buf, count, offset, cb, 0) == -1)
    return -1;
  return nbd_shutdown (nbd, 0);
}

int
main (int argc, char *argv[])
{
  if (argc != 4) {
    fprintf (stderr, "usage: %s URI OFFSET COUNT\n", argv[0]);
    return EXIT_FAILURE;
  }
  uint64_t offset = strtoull (argv[2], NULL, 0);
  size_t count = strtoull (argv[3], NULL, 0);
  char *buf = malloc (count);
  if (buf == NULL) {
    perror (argv[0]);
    return EXIT_FAILURE;
  }

  struct nbd_handle *nbd = nbd_create ();
  int status = EXIT_SUCCESS;
  if (nbd == NULL || read_pieces (nbd, argv[1], buf, count, offset) == -1) {
    fprintf (stderr, "%s: %s\n", argv[0], nbd_get_error ());
    status = EXIT_FAILURE;
  }
  nbd_close (nbd);
  free (buf);
  return status;
}
