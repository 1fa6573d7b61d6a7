/* SPDX-License-Identifier: MIT */
/* Edit the guest's view of a qcow2 file.
 *
 *   edit-qcow2 disk.qcow2 1048576 "hello"
 *
 * qemu-nbd knows the format; we only see a disk of plain bytes.  Socket
 * activation starts it on a private socket and stops it at the end, so there
 * is no port to choose, no server left behind and nothing to wait for. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libnbd.h>

/* Show bytes as text, with a dot for what is not printable. */
static void
show (const char *label, const char *bytes, size_t count)
{
  printf ("%s \"", label);
  for (size_t i = 0; i < count; i++)
    putchar (isprint ((unsigned char) bytes[i]) ? bytes[i] : '.');
  printf ("\"\n");
}

/* Put TEXT at OFFSET of the connected disk; -1 with libnbd's error set. */
static int
edit (struct nbd_handle *nbd, uint64_t offset, const char *text, char *buf)
{
  size_t count = strlen (text);

  int64_t size = nbd_get_size (nbd);
  if (size == -1)
    return -1;
  printf ("size   %" PRIi64 " bytes\n", size);

  if (nbd_pread (nbd, buf, count, offset, 0) == -1)
    return -1;
  show ("before", buf, count);

  if (nbd_pwrite (nbd, text, count, offset, 0) == -1)
    return -1;
  if (nbd_flush (nbd, 0) == -1) /* so that it is on stable storage */
    return -1;

  if (nbd_pread (nbd, buf, count, offset, 0) == -1)
    return -1;
  show ("after ", buf, count);

  return nbd_shutdown (nbd, 0);
}

int
main (int argc, char *argv[])
{
  if (argc != 4 || argv[3][0] == '\0') {
    fprintf (stderr, "usage: %s IMAGE.qcow2 OFFSET TEXT\n", argv[0]);
    return EXIT_FAILURE;
  }
  char *end;
  errno = 0;
  uint64_t offset = strtoull (argv[2], &end, 0);
  if (errno != 0 || end == argv[2] || *end != '\0') {
    fprintf (stderr, "%s: not an offset: %s\n", argv[0], argv[2]);
    return EXIT_FAILURE;
  }
  char *buf = malloc (strlen (argv[3]));
  if (buf == NULL) {
    perror (argv[0]);
    return EXIT_FAILURE;
  }

  struct nbd_handle *nbd = nbd_create ();
  char *server[] = { "qemu-nbd", "--format=qcow2", argv[1], NULL };
  int status = EXIT_SUCCESS;
  if (nbd == NULL || nbd_connect_systemd_socket_activation (nbd, server) == -1
      || edit (nbd, offset, argv[3], buf) == -1) {
    fprintf (stderr, "%s: %s\n", argv[0], nbd_get_error ());
    status = EXIT_FAILURE;
  }

  nbd_close (nbd); /* stops qemu-nbd and waits until it has closed the file */
  free (buf);
  return status;
}
