/* SPDX-License-Identifier: MIT */

/* If there is no memory for a URI, the error does not say that the URI is
 * wrong, nor that the parameters in the environment are.  nbd_get_uri returns
 * the whole URI of a connection or fails. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "client.h"
#include "memory.h"

static const char *uri;
static bool logged;

static void
connect_uri (void)
{
  struct nbd_handle *h = nbd_create ();
  struct calls messages = { 0 };

  CHECK_OK (nbd_set_uri_allow_local_file (h, true));
  CHECK_OK (nbd_set_uri_allow_tls_priority (h, true));
  if (logged) {
    CHECK_OK (nbd_set_debug_callback (h, debug (&messages)));
    CHECK_OK (nbd_set_debug (h, true));
  }
  /* Nobody listens at these addresses, so other errors are possible.  If there
   * was no memory for the message, there is none. */
  if (LIB (nbd_aio_connect_uri (h, uri)) == -1 && nbd_get_errno () != ENOMEM
      && nbd_get_error () != NULL) {
    CHECK (strstr (nbd_get_error (), "URI: ") == NULL);
    CHECK (strstr (nbd_get_error (), "LIBNBD_URI_OPTIONS: ") == NULL);
  }
  nbd_close (h);
}

static void
tell_uri (void)
{
  static const char told[] = "nbd+unix:///?socket=none/socket"
                             "&keepalive=5&unflushed=trust";
  struct nbd_handle *h = nbd_create ();

  CHECK_FAILS (nbd_aio_connect_uri (h, told), ENOENT, "connect: ");
  char *text = LIB (nbd_get_uri (h));
  if (text == NULL)
    CHECK_ERROR (ENOMEM, "nbd_get_uri: ");
  else
    CHECK_STRING (text, told);
  free (text);
  nbd_close (h);
}

void
test (void)
{
  static const char *const uris[] = {
    "nbd+unix:///disk?socket=none/socket&journal-size=1M",
    "nbds://alice@[::1%25lo]:1/disk?tls-hostname=a&tls-priority=b",
    ("nbds+unix:///?socket=none/socket&tls-psk-file=none/keys"
     "&tls-type=psk&tls-username=bob"),
    "nbd+vsock://2:1",
    "nbd+ssh://alice@localhost:1/?socket=/socket",
  };
  requires_uris ();
  work_in_empty_directory ();
  setenv ("LIBNBD_URI_OPTIONS", "keepalive=1&stall-timeout=1m", 1);
  for (unsigned i = 0; i < sizeof uris / sizeof uris[0]; i++) {
    uri = uris[i];
    logged = false;
    memory_sweep (uri, connect_uri);
    logged = true;
    memory_sweep (uri, connect_uri);
  }
  memory_sweep ("telling the URI", tell_uri);
}
