/* SPDX-License-Identifier: MIT */

/* A TLS connection that was lost is distinguished from one on which a side
 * refused the other, in the handshake and after it, because only the lost one
 * may be tried again.  The message that TLS gives is kept. */

#include "check.h"
#include "client.h"
#include "drive/drive.h"
#include "tls-server.h"

/* How many receives are needed at most: for what was sent, and for the
 * end. */
#define RECEIVES 2

enum end { STAYS, ENDS, RESETS };

/* What the server does.  After the handshake, an alert is sent in the
 * session. */
static const struct {
  const char *name, *sent;
  gnutls_alert_level_t alert; /* fatal, or 0 */
  enum end end;
  bool lost;
} rows[] = {
  { "the end", "", 0, ENDS, true },
  { "a reset", "", 0, RESETS, true },
  { "the end inside a record", "u8 22 u16 0x0303 u16 100 u8 2", 0, ENDS,
    true },
  { "a fatal alert", "", GNUTLS_AL_FATAL, STAYS, false },
  { "a fatal alert, then the end", "", GNUTLS_AL_FATAL, ENDS, false },
  { "no TLS at all", "\"220 mail.example.org ESMTP\\n\"", 0, STAYS, false },
  { "no TLS at all, then the end", "\"220 mail.example.org ESMTP\\n\"", 0,
    ENDS, false },
};

/* Closing a Unix socket with unread data is a reset. */
static void
end_server (struct server *s, enum end end)
{
  if (end == ENDS)
    server_half_close (s);
  else if (end == RESETS)
    server_close (s);
}

static void
in_the_handshake (size_t i)
{
  struct server s;
  struct nbd_handle *h = tls_handle ();
  struct nbdi_channel *ch = &h->link.channel;

  tls_ask (&s, h);
  server_say (&s, "reply NBD_OPT_STARTTLS NBD_REP_ACK");
  pump (h);
  CHECK_STATE (h, "CONNECTING");
  if (rows[i].end != RESETS)
    server_take (&s);
  server_say (&s, "%s", rows[i].sent);
  if (rows[i].alert != 0)
    server_say (&s, "u8 21 u16 0x0303 u16 2 u8 2 u8 40");
  end_server (&s, rows[i].end);
  enum nbdi_tls_step step = NBDI_TLS_WANT_READ;
  for (int n = 0; n < RECEIVES && step == NBDI_TLS_WANT_READ; n++) {
    ch->receives = 1;
    step = nbdi_tls_handshake (ch);
  }
  CHECK_INT (step, rows[i].lost ? NBDI_TLS_LOST : NBDI_TLS_FAILED);
  CHECK_CONTAINS (nbd_get_error (), "TLS: handshake");
  nbd_close (h);
  server_close (&s);
}

static void
in_transmission (size_t i)
{
  struct server s;
  struct nbd_handle *h = tls_connected (&s, SIMPLE, NULL);
  struct nbdi_link *l = &h->link;
  struct tls_server *t = s.tls;
  const struct server_transport *tls = s.transport;
  char buf[4];

  if (rows[i].end == RESETS) {
    CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION, 0));
    pump (h);
  }
  if (rows[i].alert != 0)
    CHECK_INT (gnutls_alert_send (t->session, rows[i].alert,
                                  GNUTLS_A_ACCESS_DENIED),
               0);
  /* Send records that do not belong to the session. */
  s.transport = NULL;
  server_say (&s, "%s", rows[i].sent);
  s.transport = tls;
  end_server (&s, rows[i].end);
  l->in.stop = false;
  int r = NBDI_IO_WAIT;
  for (int n = 0; n < RECEIVES && r == NBDI_IO_WAIT; n++) {
    l->channel.receives = 1;
    r = nbdi_io_recv (l, 1);
  }
  CHECK_INT (r, rows[i].lost ? NBDI_IO_LOST : NBDI_IO_FAILED);
  if (r == NBDI_IO_LOST)
    nbdi_lost (l, l->lost_errno, "recv");
  CHECK_CONTAINS (nbd_get_error (), "TLS: receive");

  /* A second call keeps the first message. */
  nbdi_lost (l, 0, NULL);
  CHECK_CONTAINS (nbd_get_error (), "the server closed the connection");
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  requires_tls ();
  RUN_ROWS (rows, in_the_handshake);
  RUN_ROWS (rows, in_transmission);
}
