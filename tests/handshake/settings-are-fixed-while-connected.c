/* SPDX-License-Identifier: MIT */

/* Settings that are negotiated with the server cannot be changed afterwards.
 * Settings for single requests can. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

static void
check_refusals (struct nbd_handle *h)
{
  CHECK_FAILS (nbd_set_tls (h, LIBNBD_TLS_DISABLE), EINVAL, "nbd_set_tls: ");
  CHECK_FAILS (nbd_set_opt_mode (h, true), EINVAL, "nbd_set_opt_mode: ");
  CHECK_FAILS (nbd_set_request_structured_replies (h, true), EINVAL, NULL);
  CHECK_FAILS (nbd_set_request_extended_headers (h, true), EINVAL, NULL);
  CHECK_FAILS (nbd_set_handshake_flags (h, 0), EINVAL, NULL);
  CHECK_FAILS (nbd_set_uri_allow_tls (h, LIBNBD_TLS_ALLOW), EINVAL, NULL);
  CHECK_FAILS (nbd_set_socket_activation_name (h, "a"), EINVAL, NULL);
  CHECK_FAILS (nbd_set_reconnect_timeout (h, 1), EINVAL, NULL);
  CHECK_FAILS (nbd_set_connections (h, 1), EINVAL, NULL);
  CHECK_FAILS (nbd_connect_unix (h, "/nowhere"), EINVAL, NULL);
  CHECK_FAILS (nbd_aio_connect_tcp (h, "localhost", "1"), EINVAL, NULL);
}

static void
check_negotiable (struct nbd_handle *h, int want)
{
  CHECK_INT (nbd_set_export_name (h, "x"), want);
  CHECK_INT (nbd_set_request_block_size (h, true), want);
  CHECK_INT (nbd_set_full_info (h, false), want);
  CHECK_INT (nbd_set_request_meta_context (h, true), want);
  CHECK_INT (nbd_add_meta_context (h, "a:b"), want);
  CHECK_INT (nbd_clear_meta_contexts (h), want);
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();

  check_negotiable (h, 0);
  CHECK_OK (nbd_set_opt_mode (h, true));
  set_style (h, SIMPLE);
  server_open (&s, h);
  check_case ("connecting");
  check_refusals (h);
  check_negotiable (h, -1);
  server_say (&s, "NBDMAGIC IHAVEOPT u16 3");
  pump (h);
  check_case ("negotiating");
  CHECK_STATE (h, "NEGOTIATING");
  check_refusals (h);
  check_negotiable (h, 0);
  nbd_close (h);
  server_close (&s);

  check_case ("connected");
  h = server_handle (&s, SIMPLE);
  check_refusals (h);
  check_negotiable (h, -1);
  CHECK_OK (nbd_set_strict_mode (h, 0));
  CHECK_OK (nbd_set_pread_initialize (h, false));
  CHECK_OK (nbd_set_debug (h, false));
  CHECK_FAILS (nbd_aio_opt_go (h, NBD_NULL_COMPLETION), EINVAL, NULL);
  CHECK_FAILS (nbd_opt_abort (h), EINVAL, NULL);
  nbd_close (h);
  server_close (&s);
}
