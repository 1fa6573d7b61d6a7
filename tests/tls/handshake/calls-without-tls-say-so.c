/* SPDX-License-Identifier: MIT */

/* In a library without TLS, the calls that need TLS fail and say so. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

static int (*const setters[]) (struct nbd_handle *h, const char *text) = {
  nbd_set_tls_certificates, nbd_set_tls_username, nbd_set_tls_hostname,
  nbd_set_tls_psk_file,     nbd_set_tls_priority,
};

static void
check_settings (struct nbd_handle *h)
{
  CHECK_FAILS (nbd_set_tls (h, LIBNBD_TLS_ALLOW), ENOTSUP, "TLS");
  CHECK_FAILS (nbd_set_tls (h, LIBNBD_TLS_REQUIRE), ENOTSUP, "TLS");
  CHECK_INT (nbd_get_tls (h), LIBNBD_TLS_DISABLE);
  CHECK_OK (nbd_set_tls (h, LIBNBD_TLS_DISABLE));
  CHECK_FAILS (nbd_set_tls_verify_peer (h, false), ENOTSUP, "TLS");
  CHECK_INT (nbd_get_tls_verify_peer (h), true);
  CHECK_OK (nbd_set_tls_verify_peer (h, true));
  for (size_t i = 0; i < sizeof setters / sizeof setters[0]; i++)
    CHECK_FAILS (setters[i](h, "x"), ENOTSUP, "TLS");
}

static void
check_option (void)
{
  struct server s;
  struct nbd_handle *h = server_negotiates (&s);
  struct calls c = { 0 };

  CHECK_FAILS (nbd_aio_opt_starttls (h, completion (&c)), ENOTSUP, "TLS");
  CHECK_CALLS (&c, 0);
  CHECK_INT (nbd_get_tls_negotiated (h), false);
  CHECK_STATE (h, "NEGOTIATING");
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  struct nbd_handle *h = nbd_create ();

  if (nbd_supports_tls (h))
    skip ("this library was built with TLS");
  check_settings (h);
  check_option ();
  CHECK_FAILS (nbd_connect_uri (h, "nbds+unix:///?socket=/nowhere"), ENOTSUP,
               "");
  nbd_close (h);
}
