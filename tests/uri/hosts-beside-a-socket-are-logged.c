/* SPDX-License-Identifier: MIT */
/* The host and port of a URI that names a socket are ignored, and debug
 * output says so.  A certificate is not checked against that host. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static int said;

static int
look (void *opaque, const char *context, const char *msg)
{
  (void) opaque, (void) context;
  if (strncmp (msg, "URI: host and port are ignored: nbd+unix ", 41) == 0)
    said++;
  return 0;
}

/* Connect to this URI, and return how often debug output says so. */
static int
say_of (const char *uri)
{
  struct nbd_handle *h = nbd_create ();
  nbd_debug_callback cb = { .callback = look };

  CHECK (h != NULL);
  if (!nbd_supports_uri (h))
    skip ("this library was built without support for URIs");
  CHECK_OK (nbd_set_debug_callback (h, cb));
  CHECK_OK (nbd_set_debug (h, true));
  said = 0;
  CHECK_FAILS (nbd_connect_uri (h, uri), ENOENT, "/nowhere");
  char *name = nbd_get_tls_hostname (h);
  CHECK_STRING (name, "");
  free (name);
  nbd_close (h);
  return said;
}

void
test (void)
{
  CHECK_INT (say_of ("nbd+unix://localhost/?socket=/nowhere"), 1);
  CHECK_INT (say_of ("nbd+unix://alice@h:10809/?socket=/nowhere"), 1);
  CHECK_INT (say_of ("nbd+unix://:1/?socket=/nowhere"), 1);
  CHECK_INT (say_of ("nbd+unix:///?socket=/nowhere"), 0);
  CHECK_INT (say_of ("nbd+unix://alice@/?socket=/nowhere"), 0);
}
