/* SPDX-License-Identifier: MIT */

/* The environment sets only what neither the program nor the URI has set,
 * even to the default.  The URI wins over the program.  The environment is
 * read when a handle connects, not before. */

#include <errno.h>
#include <stdlib.h>

#include "check.h"

#define NOWHERE "/nowhere"

static struct nbd_handle *
chosen_by_program (void)
{
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_reconnect_timeout (h, 0));
  CHECK_OK (nbd_set_keepalive (h, 7000));
  CHECK_OK (nbd_set_connections (h, 2));
  CHECK_INT (nbd_get_stall_timeout (h), 0);
  return h;
}

void
test (void)
{
  setenv ("LIBNBD_URI_OPTIONS",
          "reconnect-timeout=1&keepalive=1&connections=4&stall-timeout=1&"
          "unflushed=trust",
          1);
  struct nbd_handle *h = chosen_by_program ();
  CHECK_FAILS (nbd_connect_unix (h, NOWHERE), ENOENT, NOWHERE);
  CHECK_INT (nbd_get_reconnect_timeout (h), 0);
  CHECK_INT (nbd_get_keepalive (h), 7000);
  CHECK_INT (nbd_get_connections (h), 2);
  CHECK_INT (nbd_get_stall_timeout (h), 1000);
  nbd_close (h);

  h = chosen_by_program ();
  if (nbd_supports_uri (h)) {
    CHECK_FAILS (nbd_connect_uri (h, "nbd+unix:///?socket=" NOWHERE
                                     "&connections=1&keepalive=9"
                                     "&unflushed=journal"),
                 ENOENT, NOWHERE);
    CHECK_INT (nbd_get_reconnect_timeout (h), 0);
    CHECK_INT (nbd_get_keepalive (h), 9000);
    CHECK_INT (nbd_get_connections (h), 1);
    CHECK_INT (nbd_get_unflushed_policy (h), LIBNBD_UNFLUSHED_JOURNAL);
    CHECK_INT (nbd_get_stall_timeout (h), 1000);
  }
  nbd_close (h);

  /* Another attempt to connect reads the environment again. */
  h = nbd_create ();
  CHECK_FAILS (nbd_connect_tcp (h, "localhost", "no such port"), 0, NULL);
  CHECK_INT (nbd_get_keepalive (h), 1000);
  setenv ("LIBNBD_URI_OPTIONS", "keepalive=3", 1);
  CHECK_FAILS (nbd_connect_tcp (h, "localhost", "no such port"), 0, NULL);
  CHECK_INT (nbd_get_keepalive (h), 3000);
  nbd_close (h);
}
