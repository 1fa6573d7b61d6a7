/* SPDX-License-Identifier: MIT */

/* If TLS is only allowed, the client continues without it after any refusal,
 * and the program can see that. */

#include "check.h"
#include "client.h"
#include "tls-server.h"

static const char *const rows[] = {
  "UNSUP", "POLICY", "INVALID", "PLATFORM", "TLS_REQD", "UNKNOWN",
};

static void
run (const char *error)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();

  tls_client (h, LIBNBD_TLS_ALLOW);
  set_style (h, STRUCTURED);
  tls_ask (&s, h);
  server_say (&s, "reply NBD_OPT_STARTTLS NBD_REP_ERR_%s", error);
  s.drives = h;
  server_options (&s, STRUCTURED, 1 << 20, FLAGS_ALL);
  pump (h);
  CHECK_STATE (h, "READY");
  CHECK_INT (nbd_get_tls_negotiated (h), 0);
  CHECK_INT (nbd_get_structured_replies_negotiated (h), 1);
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  static size_t i; /* survives the jump of a failed row */

  requires_tls ();
  for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (ROW (rows[i]))
      run (rows[i]);
  check_rows_end ();
}
