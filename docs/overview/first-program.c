/* SPDX-License-Identifier: MIT */
/* Print the size and the first bytes of an NBD export. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <libnbd.h>

int
main (void)
{
  struct nbd_handle *nbd = nbd_create ();
  char buf[512];

  if (nbd == NULL || nbd_connect_uri (nbd, "nbd://localhost") == -1
      || nbd_pread (nbd, buf, sizeof buf, 0, 0) == -1) {
    fprintf (stderr, "%s\n", nbd_get_error ());
    nbd_close (nbd);
    return EXIT_FAILURE;
  }
  printf ("%" PRIi64 " bytes, the first is 0x%02x\n", nbd_get_size (nbd),
          (unsigned char) buf[0]);
  nbd_shutdown (nbd, 0);
  nbd_close (nbd);
  return EXIT_SUCCESS;
}
