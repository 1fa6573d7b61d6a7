/* SPDX-License-Identifier: MIT */
/* Examples: handles and their errors. */
#include "snippet.h"

#include <errno.h>

/* nbd_create, nbd_close */
EXAMPLE (created)
{
  struct nbd_handle *disk = nbd_create ();

  if (disk == NULL)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (nbd_connect_uri (disk, "nbd+unix:///?socket=nbd.sock") == -1)
    warnx ("%s", nbd_get_error ());
  nbd_close (disk); /* in any case: it frees the handle */
}

/* nbd_get_error, nbd_get_errno */
EXAMPLE (connected)
{
  char sector[512];

  /* This is behind the end of the export. */
  if (nbd_pread (nbd, sector, sizeof sector, 1ULL << 40, 0) == -1) {
    fprintf (stderr, "%s\n", nbd_get_error ());
    if (nbd_get_errno () == ENOTCONN)
      exit (EXIT_FAILURE); /* the connection is gone */
  }
}

/* nbd_set_handle_name, nbd_get_handle_name */
EXAMPLE (created)
{
  /* Lines of debug output begin with it. */
  if (nbd_set_handle_name (nbd, "backup") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());

  char *name = nbd_get_handle_name (nbd);
  if (name == NULL)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("debug output of %s\n", name);
  free (name);
}

/* nbd_set_private_data, nbd_get_private_data */
struct disk {
  uint64_t reads; /* what our program knows about a handle */
};

EXAMPLE (connected)
{
  struct disk disk = { .reads = 0 };

  nbd_set_private_data (nbd, (uintptr_t) &disk);
  /* Elsewhere, with only the handle at hand: */
  struct disk *d = (struct disk *) nbd_get_private_data (nbd);
  d->reads++;
}

/* nbd_get_handle_size */
EXAMPLE (connected)
{
  ssize_t size = nbd_get_handle_size (nbd);

  if (size == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("the handle takes about %zd bytes\n", size);
}
