/* SPDX-License-Identifier: MIT */

/* If TLS is required, any reply to STARTTLS but agreement ends the connection
 * before the client has sent anything about what it wants. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "tls-server.h"

static const char *const rows[] = {
  "UNSUP",   "POLICY",   "INVALID",         "PLATFORM", "TLS_REQD",
  "UNKNOWN", "SHUTDOWN", "BLOCK_SIZE_REQD", "TOO_BIG",
};

/* The client may have sent NBD_OPT_ABORT, but nothing else. */
static void
check_said (struct server *s)
{
  if (server_take (s) > 0)
    server_expect (s, "option NBD_OPT_ABORT");
  server_expect_nothing (s);
}

static void
run (const char *error, bool answers)
{
  struct server s;
  struct nbd_handle *h = tls_handle ();

  CHECK_OK (nbd_set_export_name (h, "secret"));
  tls_ask (&s, h);
  server_say (&s, "reply NBD_OPT_STARTTLS NBD_REP_ERR_%s \"no\"", error);
  pump (h);
  check_said (&s);
  if (answers && !nbd_aio_is_dead (h))
    server_say (&s, "reply NBD_OPT_ABORT NBD_REP_ACK");
  else
    server_half_close (&s);
  pump (h);
  CHECK_STATE (h, "DEAD");
  CHECK_INT (nbd_get_errno (), ENOTSUP);
  check_said (&s);
  CHECK (server_sees_end (&s));
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  static size_t i; /* survives the jump of a failed row */

  requires_tls ();
  for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (ROW (rows[i])) {
      run (rows[i], true);
      run (rows[i], false);
    }
  check_rows_end ();
}
