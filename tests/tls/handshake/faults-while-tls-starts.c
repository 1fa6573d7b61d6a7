/* SPDX-License-Identifier: MIT */

/* Faults behind the server's agreement to STARTTLS end the connection.  The
 * client has already read the agreement: bytes that come together with it are
 * another fault. */

#include "check.h"
#include "client.h"
#include "fault.h"
#include "tls-server.h"

static const struct {
  const char *name, *sent;
  bool closes;
  int errnum;
  const char *text;
} rows[] = {
  { "closed behind the agreement", "", true, 0, NULL },
  { "a fatal alert", "u8 21 u16 0x0303 u16 2 u8 2 u8 40", false, 0, NULL },
  { "a goodbye", "u8 21 u16 0x0303 u16 2 u8 1 u8 0", false, 0,
    "ended the connection" },
  { "closed inside a record", "u8 22 u16 0x0303 u16 100 u8 2", true, 0,
    NULL },
  { "no TLS at all", "\"220 mail.example.org ESMTP\\n\"", false, 0, NULL },
  { "plain NBD", "reply NBD_OPT_STRUCTURED_REPLY NBD_REP_ACK", false, 0,
    NULL },
  { "a record that is too long", "u8 22 u16 0x0303 u16 0xffff zero 65535",
    false, 0, NULL },
  { "data before the handshake", "u8 23 u16 0x0303 u16 20 zero 20", false, 0,
    NULL },
};

static void
run (size_t i)
{
  struct server s;
  struct nbd_handle *h = tls_handle ();

  tls_ask (&s, h);
  server_say (&s, "reply NBD_OPT_STARTTLS NBD_REP_ACK");
  pump (h);
  CHECK_STATE (h, "CONNECTING");
  server_take (&s);
  s.gives_up = true;
  s.drives = h;
  server_say (&s, "%s", rows[i].sent);
  pump (h);
  if (rows[i].closes) {
    CHECK_STATE (h, "CONNECTING");
    server_half_close (&s);
    pump (h);
  }
  CHECK_STATE (h, "DEAD");
  CHECK_ERROR (rows[i].errnum, rows[i].text ? rows[i].text : "TLS");
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  static size_t i; /* survives the jump of a failed row */

  requires_tls ();
  for (i = 0; i < NR (rows); i++)
    if (ROW (rows[i].name))
      run (i);
  check_rows_end ();
}
