/* SPDX-License-Identifier: MIT */
/* A URI whose transport or use of TLS is not allowed is refused with EPERM,
 * whatever else it contains, and the handle stays as it was. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "uri-examples.h"

static bool
begins (const char *s, const char *with)
{
  return strncasecmp (s, with, strlen (with)) == 0;
}

/* Whether the example is valid, apart from policy. */
static bool
is_good (const struct example *e)
{
  return !begins (e->result, "E-");
}

static void
check_refused (uint32_t transports, int tls, const char *uri)
{
  struct nbd_handle *h = nbd_create ();

  CHECK (h != NULL);
  CHECK_OK (nbd_set_uri_allow_transports (h, transports));
  CHECK_OK (nbd_set_uri_allow_tls (h, tls));
  CHECK_OK (nbd_set_export_name (h, "before"));
  CHECK_FAILS (nbd_connect_uri (h, uri), EPERM, "not allowed");
  CHECK_STATE (h, "CREATED");
  char *name = nbd_get_export_name (h);
  CHECK_STRING (name, "before");
  free (name);
  CHECK_INT (nbd_get_tls (h), LIBNBD_TLS_DISABLE);
  nbd_close (h);
}

void
test (void)
{
  static size_t i; /* survives the jump of a failed row */
  struct nbd_handle *h = nbd_create ();
  bool supported = nbd_supports_uri (h);
  nbd_close (h);
  if (!supported)
    skip ("this library was built without support for URIs");

  for (i = 0; i < nr_examples; i++) {
    const struct example *e = &examples[i];

    if (!is_good (e) || !ROW (e->uri))
      continue;
    if (begins (e->result, "tcp "))
      check_refused (LIBNBD_ALLOW_TRANSPORT_MASK
                       & ~LIBNBD_ALLOW_TRANSPORT_TCP,
                     LIBNBD_TLS_ALLOW, e->uri);
    else
      check_refused (LIBNBD_ALLOW_TRANSPORT_TCP, LIBNBD_TLS_ALLOW, e->uri);
    if (begins (e->result, "ssh "))
      check_refused (LIBNBD_ALLOW_TRANSPORT_MASK
                       & ~LIBNBD_ALLOW_TRANSPORT_SSH,
                     LIBNBD_TLS_ALLOW, e->uri);
    check_refused (LIBNBD_ALLOW_TRANSPORT_MASK,
                   begins (e->uri, "nbds") ? LIBNBD_TLS_DISABLE
                                           : LIBNBD_TLS_REQUIRE,
                   e->uri);
    check_refused (0, LIBNBD_TLS_ALLOW, e->uri);
  }
  check_rows_end ();
}
