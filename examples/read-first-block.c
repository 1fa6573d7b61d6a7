/* SPDX-License-Identifier: MIT */
/* Copy the first block of an NBD server to standard output.
 *
 *   read-first-block nbd://localhost/disk | hexdump -C
 *
 * A block is the server's preferred unit, 512 bytes if it has none. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <libnbd.h>

/* How much to read: one block, or a whole export that is smaller than that;
 * -1 with libnbd's error set. */
static int64_t
first_block (struct nbd_handle *nbd)
{
  int64_t size = nbd_get_size (nbd);
  int64_t block = nbd_get_block_size (nbd, LIBNBD_SIZE_PREFERRED);
  if (size == -1 || block == -1)
    return -1;
  if (block == 0)
    block = 512;
  return block < size ? block : size;
}

/* Connect and read; NULL with libnbd's error set.  The caller frees. */
static char *
read_first_block (struct nbd_handle *nbd, const char *uri, int64_t *count)
{
  if (nbd_connect_uri (nbd, uri) == -1)
    return NULL;
  *count = first_block (nbd);
  if (*count == -1)
    return NULL;

  char *buf = malloc (*count + 1); /* so that an empty export is no error */
  if (buf == NULL) {
    perror ("malloc");
    exit (EXIT_FAILURE);
  }
  if (*count > 0 && nbd_pread (nbd, buf, *count, 0, 0) == -1) {
    free (buf);
    return NULL;
  }
  return buf;
}

int
main (int argc, char *argv[])
{
  if (argc != 2) {
    fprintf (stderr, "usage: %s URI\n", argv[0]);
    return EXIT_FAILURE;
  }

  struct nbd_handle *nbd = nbd_create ();
  int64_t count;
  char *buf;
  if (nbd == NULL
      || (buf = read_first_block (nbd, argv[1], &count)) == NULL) {
    fprintf (stderr, "%s: %s\n", argv[0], nbd_get_error ());
    nbd_close (nbd);
    return EXIT_FAILURE;
  }
  /* The data is here, so it does not matter whether this succeeds. */
  nbd_shutdown (nbd, 0);
  nbd_close (nbd);

  int status = EXIT_SUCCESS;
  if (fwrite (buf, 1, count, stdout) != (size_t) count
      || fflush (stdout) != 0) {
    perror (argv[0]);
    status = EXIT_FAILURE;
  }
  free (buf);
  return status;
}
