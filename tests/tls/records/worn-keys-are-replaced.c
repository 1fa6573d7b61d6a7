/* SPDX-License-Identifier: MIT */

/* GnuTLS replaces the keys of TLS 1.3 after 2^24 records by itself.  The
 * server's key update arrives with a reply, and one nbd_poll is enough for
 * both.  The client's key update is sent with a request.
 *
 * The linker redirects the library's calls to this file (-Wl,--wrap). */

#include <string.h>

#include "check.h"
#include "client.h"
#include "tls-server.h"
#include "wrap.h"

#define COMMANDS 20

static gnutls_session_t client;

WRAPPER (int, gnutls_init, (gnutls_session_t *session, unsigned flags))
{
  int r = __real_gnutls_init (session, flags);

  if ((flags & GNUTLS_CLIENT) != 0)
    client = *session;
  return r;
}

/* How many records were received, or sent, with the current keys. */
static uint64_t
get_records (gnutls_session_t session, bool received)
{
  unsigned char number[8];

  CHECK_INT (
    gnutls_record_get_state (session, received, NULL, NULL, NULL, number), 0);
  return get_uint (number, 8);
}

/* Make both sides replace the keys after this many more records. */
static void
wear_out (struct tls_server *t, unsigned left)
{
  struct bytes number = { 0 };

  put_uint (&number, (1 << 24) - left, 8);
  for (int received = 0; received < 2; received++) {
    CHECK_INT (gnutls_record_set_state (t->session, received, number.p), 0);
    CHECK_INT (gnutls_record_set_state (client, received, number.p), 0);
  }
  bytes_free (&number);
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h;
  struct tls_server *t;

  requires_tls ();
  h = tls_connected (&s, SIMPLE, "TLS1.3");
  t = s.tls;
  wear_out (t, COMMANDS / 2);
  for (int i = 1; i <= COMMANDS; i++) {
    struct calls read = { .gives = 1 };
    char buf[4];

    server_serves_read (&s, h, buf, completion (&read), i);
    CHECK_INT (nbd_poll (h, 0), 1);
    CHECK_CALLS (&read, 1);
    CHECK_BYTES (buf, 4, "abcd", 4);
  }
  for (int received = 0; received < 2; received++) {
    CHECK (get_records (client, received) <= COMMANDS);
    CHECK (get_records (t->session, received) <= COMMANDS);
  }
  nbd_close (h);
  server_close (&s);
}
