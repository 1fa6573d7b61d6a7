/* SPDX-License-Identifier: MIT */

/* The URI of a handle contains what a call or a URI has chosen for it, unless
 * that is the default, in its shortest form.  Another handle that uses the
 * URI gets the same choices.  What the environment chose is not in the
 * URI. */

#include <errno.h>
#include <stdlib.h>

#include "check.h"

#define UNIX "nbd+unix:///?socket=/nowhere"

static void
check_uri (struct nbd_handle *h, const char *want)
{
  char *uri = nbd_get_uri (h);

  CHECK_STRING (uri, want);
  free (uri);
}

void
test (void)
{
  struct nbd_handle *h = nbd_create ();

  if (!nbd_supports_uri (h))
    skip ("this library was built without support for URIs");
  CHECK_OK (nbd_set_reconnect_timeout (h, 30000));
  CHECK_OK (nbd_set_command_timeout (h, 1500));
  CHECK_OK (nbd_set_stall_timeout (h, 120000));
  CHECK_OK (nbd_set_keepalive (h, 60000));
  CHECK_OK (nbd_set_unflushed_policy (h, LIBNBD_UNFLUSHED_STRICT));
  CHECK_OK (nbd_set_journal_size (h, 3 << 20));
  CHECK_OK (nbd_set_quarantine (h, 0));
  CHECK_OK (nbd_set_connections (h, 4));
  CHECK_FAILS (nbd_connect_unix (h, "/nowhere"), ENOENT, "/nowhere");
  check_uri (h, UNIX "&reconnect-timeout=30&command-timeout=1500ms"
                     "&stall-timeout=120&keepalive=60&unflushed=strict"
                     "&journal-size=3M&quarantine=0&connections=4");
  nbd_close (h);

  setenv ("LIBNBD_URI_OPTIONS", "keepalive=5&stall-timeout=6", 1);
  h = nbd_create ();
  CHECK_FAILS (nbd_connect_uri (h, UNIX "&connections=1&quarantine=30"
                                        "&journal-size=65537"
                                        "&keepalive=none"),
               ENOENT, "/nowhere");
  check_uri (h, UNIX "&keepalive=none&journal-size=65537");
  nbd_close (h);
}
