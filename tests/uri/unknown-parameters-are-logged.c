/* SPDX-License-Identifier: MIT */
/* An unknown parameter is ignored, but debug output names it. */
#include <errno.h>
#include <string.h>

#include "check.h"

static int named;

static int
look (void *opaque, const char *context, const char *msg)
{
  (void) opaque, (void) context;
  if (strcmp (msg, "URI: unknown parameter \"tls-verfy-peer\" is ignored")
      == 0)
    named++;
  return 0;
}

void
test (void)
{
  struct nbd_handle *h = nbd_create ();
  nbd_debug_callback cb = { .callback = look };

  CHECK (h != NULL);
  if (!nbd_supports_uri (h))
    skip ("this library was built without support for URIs");
  CHECK_OK (nbd_set_debug_callback (h, cb));
  CHECK_OK (nbd_set_debug (h, true));
  CHECK_FAILS (nbd_connect_uri (h, "nbd+unix:///?tls-verfy-peer=1"
                                   "&socket=/nowhere"),
               ENOENT, "/nowhere");
  CHECK_INT (named, 1);
  nbd_close (h);
}
