/* SPDX-License-Identifier: MIT */

/* Anybody can close a connection, but only the server can send a close alert
 * in its session.  An end without the alert is a truncation: commands in
 * flight fail, and an idle handle is dead, not closed. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "tls-server.h"

static void
idle (const char *version, bool goodbye)
{
  struct server s;
  struct nbd_handle *h = tls_connected (&s, STRUCTURED, version);

  if (goodbye)
    tls_goodbye (&s);
  server_half_close (&s);
  pump (h);
  CHECK_STATE (h, goodbye ? "CLOSED" : "DEAD");
  nbd_close (h);
  server_close (&s);
}

/* A complete reply that came before the end counts. */
static void
busy (const char *version, bool goodbye)
{
  struct server s;
  struct nbd_handle *h = tls_connected (&s, SIMPLE, version);
  struct calls first = { .gives = 1 }, second = { .gives = 1 };
  char buf[8];

  CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&first), 0));
  CHECK_OK (nbd_aio_pread (h, buf + 4, 4, 4, completion (&second), 0));
  pump (h);
  server_request (&s, NULL);
  server_request (&s, NULL);
  server_say (&s, "simple 0 1 \"abcd\"");
  if (goodbye)
    tls_goodbye (&s);
  server_half_close (&s);
  pump (h);
  CHECK (nbd_aio_is_dead (h) || nbd_aio_is_closed (h));
  CHECK_CALLS (&first, 1);
  CHECK_INT (first.error, 0);
  CHECK_CALLS (&second, 1);
  CHECK_INT (second.error, ENOTCONN);
  nbd_close (h);
  server_close (&s);
}

/* The end comes inside a reply, after this part. */
static void
within (const char *version, const char *said)
{
  struct server s;
  struct nbd_handle *h = tls_connected (&s, STRUCTURED, version);
  struct calls read = { .gives = 1 };
  char buf[4];

  CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&read), 0));
  server_request (&s, NULL);
  server_say (&s, "%s", said);
  server_half_close (&s);
  pump (h);
  CHECK_STATE (h, "DEAD");
  CHECK_CALLS (&read, 1);
  CHECK (read.error != 0);
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  requires_tls ();
  for (int i = 0; i < 2; i++) {
    const char *version = i == 0 ? "TLS1.2" : "TLS1.3";

    check_case ("%s", version);
    idle (version, true);
    idle (version, false);
    busy (version, true);
    busy (version, false);
    within (version, "chunk_head DONE ERROR 1 10 u32 EIO u16 4");
    within (version,
            "chunk_head DONE ERROR_OFFSET 1 18 u32 EIO u16 4 \"evil\"");
    within (version, "simple 0 1 \"ab\"");
  }
}
