/* SPDX-License-Identifier: MIT */

/* A server whose greeting has no options cannot be asked for TLS.  If TLS is
 * required, the error says so and the client closes the connection, before it
 * sends an export name or a request. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "tls-server.h"

static const struct {
  const char *name, *greeting;
} rows[] = {
  { "oldstyle", "NBDMAGIC OLDMAGIC u64 1M u16 0 u16 HAS_FLAGS zero 124" },
  { "newstyle", "NBDMAGIC IHAVEOPT u16 0" },
  { "newstyle that knows NO_ZEROES", "NBDMAGIC IHAVEOPT u16 NO_ZEROES" },
};

static void
run (const char *greeting, int level)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();

  tls_client (h, level);
  CHECK_OK (nbd_set_export_name (h, "secret"));
  server_open (&s, h);
  server_say (&s, "%s", greeting);
  pump (h);
  if (level == LIBNBD_TLS_REQUIRE) {
    CHECK_STATE (h, "DEAD");
    CHECK_ERROR (ENOTSUP, "TLS");
    CHECK (server_take (&s) <= 4); /* the flags at most */
    CHECK (server_sees_end (&s));
  }
  else
    CHECK (!nbd_aio_is_dead (h));
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  static size_t i; /* survives the jump of a failed row */

  requires_tls ();
  for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (ROW (rows[i].name)) {
      run (rows[i].greeting, LIBNBD_TLS_REQUIRE);
      run (rows[i].greeting, LIBNBD_TLS_ALLOW);
    }
  check_rows_end ();
}
