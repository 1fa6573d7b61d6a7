/* SPDX-License-Identifier: MIT */

/* Debug output says what was negotiated, and contains no key. */

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "client.h"
#include "tls-server.h"

static bool leaked, shown;

static int
look (void *opaque, const char *context, const char *msg)
{
  (void) opaque, (void) context;
  leaked |= strcasestr (msg, TLS_KEY) != NULL;
  leaked |= strcasestr (msg, "c0ffee") != NULL;
  leaked |= strcasestr (msg, "\\xc0\\xff\\xee") != NULL;
  shown |= strstr (msg, "TLS1.3") != NULL && strstr (msg, "GCM") != NULL;
  return 0;
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h;
  nbd_debug_callback cb = { .callback = look };
  char *uri;

  requires_tls ();
  h = nbd_create ();
  CHECK_OK (nbd_set_debug_callback (h, cb));
  CHECK_OK (nbd_set_debug (h, true));
  tls_client (h, LIBNBD_TLS_REQUIRE);
  tls_ask (&s, h);
  tls_accept (&s, h, NULL);
  CHECK (!leaked);
  if (!shown)
    FAIL ("version and cipher are not in the debug output");
  uri = nbd_get_uri (h);
  CHECK (uri == NULL || strcasestr (uri, TLS_KEY) == NULL);
  free (uri);
  nbd_close (h);
  CHECK (!leaked);
  server_close (&s);
}
