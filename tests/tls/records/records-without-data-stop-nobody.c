/* SPDX-License-Identifier: MIT */

/* Records without data, such as session tickets and key updates, are received
 * together with messages: before, inside and behind them.  However the
 * program drives the handle, it gets those messages, although the socket is
 * not readable. */

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "client.h"
#include "thread.h"
#include "tls-server.h"

/* The server. */

/* GnuTLS accepts at most eight key updates in a second. */
#define UPDATES_OF_OPTIONS 3
#define UPDATES_OF_REPLIES 4

enum place { BEFORE, INSIDE, BEHIND, PLACES };
static const char *const place_names[] = { "before", "inside", "behind" };

static int
ticket (gnutls_session_t session)
{
  return gnutls_session_ticket_send (session, 1, 0);
}

static int
two_tickets (gnutls_session_t session)
{
  return gnutls_session_ticket_send (session, 2, 0);
}

static int
key_update (gnutls_session_t session)
{
  return gnutls_session_key_update (session, 0);
}

static int
mutual_key_update (gnutls_session_t session)
{
  return gnutls_session_key_update (session, GNUTLS_KU_PEER);
}

static int
empty_record (gnutls_session_t session)
{
  return (int) gnutls_record_send2 (session, "", 0, 16, 0);
}

static int
everything (gnutls_session_t session)
{
  int r = two_tickets (session);

  r = r < 0 ? r : key_update (session);
  r = r < 0 ? r : empty_record (session);
  return r < 0 ? r : ticket (session);
}

static int
warning (gnutls_session_t session)
{
  return gnutls_alert_send (session, GNUTLS_AL_WARNING,
                            GNUTLS_A_NO_RENEGOTIATION);
}

static const struct kind {
  const char *name;
  int (*send) (gnutls_session_t session);
  const char *version;
  bool updates; /* sends key updates */
} kinds[] = {
  { "ticket", ticket, "TLS1.3", false },
  { "two tickets", two_tickets, "TLS1.3", false },
  { "key update", key_update, "TLS1.3", true },
  { "mutual key update", mutual_key_update, "TLS1.3", true },
  { "empty record", empty_record, "TLS1.3", false },
  { "everything", everything, "TLS1.3", true },
  { "warning", warning, "TLS1.2", false },
  { "request for a handshake", gnutls_rehandshake, "TLS1.2", false },
};

static const struct kind *kind;
static enum place place;
static unsigned updates_left;
static const struct server_transport *plain;

static void
slip_in (gnutls_session_t session)
{
  if (kind->updates && updates_left == 0)
    return;
  updates_left -= kind->updates;
  CHECK (kind->send (session) >= 0);
}

static void
send_all (struct server *s, const char *p, size_t len)
{
  while (len > 0) {
    ssize_t r = plain->send (s, p, len);

    CHECK (r > 0);
    p += r;
    len -= r;
  }
}

/* Send a message together with such a record. */
static ssize_t
send_with_record (struct server *s, const void *p, size_t len)
{
  struct tls_server *t = s->tls;
  size_t first = place == BEFORE ? 0 : place == INSIDE ? len / 2 : len;
  bool release = !t->holds;

  t->holds = true;
  send_all (s, p, first);
  slip_in (t->session);
  send_all (s, (const char *) p + first, len - first);
  if (release)
    tls_release (s);
  return len;
}

/* From now on, send such a record with each message. */
static void
begin (struct server *s)
{
  static struct server_transport with_records;
  struct tls_server *t = s->tls;
  gnutls_datum_t key;

  plain = s->transport;
  with_records = *plain;
  with_records.send = send_with_record;
  s->transport = &with_records;
  CHECK_INT (gnutls_session_ticket_key_generate (&key), 0);
  CHECK_INT (gnutls_session_ticket_enable_server (t->session, &key), 0);
  gnutls_free (key.data);
}

static void
serve (struct server *s)
{
  struct tls_server *t;

  tls_serve (s, kind->version);
  begin (s);
  updates_left = UPDATES_OF_OPTIONS;
  server_options (s, STRUCTURED, 1 << 20, FLAGS_ALL);

  updates_left = UPDATES_OF_REPLIES;
  t = s->tls;
  server_expect (s, "request 0 READ 1 0 4 request 0 READ 2 4 4");
  t->holds = true;
  server_say (s, "chunk DONE OFFSET_DATA 1 u64 0 \"abcd\"");
  server_say (s, "chunk DONE OFFSET_DATA 2 u64 4 \"efgh\"");
  tls_release (s);
  server_expect (s, "request 0 FLUSH 3 0 0");
  server_say (s, "chunk DONE NONE 3");
  server_expect (s, "request 0 DISC 4 0 0");
  t->holds = true;
  slip_in (t->session);
  tls_goodbye (s);
  tls_release (s);
}

/* The client. */

enum driver { BLOCKING, POLL, NOTIFY, DRIVERS };
static const char *const driver_names[] = { "blocking", "poll", "notify" };
static enum driver driver;

/* Wait for events and deliver one, as a main loop does. */
static int
deliver_events (struct nbd_handle *h)
{
  unsigned dir = nbd_aio_get_direction (h);
  struct pollfd pfd = {
    .fd = nbd_aio_get_fd (h),
    .events = (dir & LIBNBD_AIO_DIRECTION_READ ? POLLIN : 0)
              | (dir & LIBNBD_AIO_DIRECTION_WRITE ? POLLOUT : 0),
  };

  poll (&pfd, 1, -1);
  if ((dir & LIBNBD_AIO_DIRECTION_READ) != 0 && (pfd.revents & ~POLLOUT) != 0)
    return nbd_aio_notify_read (h);
  return nbd_aio_notify_write (h);
}

static int
go_on (struct nbd_handle *h)
{
  return driver == NOTIFY ? deliver_events (h) : nbd_poll (h, -1);
}

static int
client_connect (struct nbd_handle *h, int fd)
{
  if (driver == BLOCKING)
    return nbd_connect_socket (h, fd);
  int r = nbd_aio_connect_socket (h, fd);
  while (r != -1 && nbd_aio_is_connecting (h))
    r = go_on (h);
  return r;
}

static int
client_go (struct nbd_handle *h)
{
  if (driver == BLOCKING)
    return nbd_opt_go (h);
  int r = nbd_aio_opt_go (h, NBD_NULL_COMPLETION);
  while (r != -1 && nbd_aio_is_connecting (h))
    r = go_on (h);
  return r;
}

static int
client_use (struct nbd_handle *h, char *buf)
{
  int64_t first = nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION, 0);
  int r = 0;

  if (driver == BLOCKING) {
    if (nbd_pread (h, buf + 4, 4, 4, 0) == -1 || nbd_flush (h, 0) == -1)
      return -1;
    return nbd_aio_command_completed (h, first) == 1 ? 0 : -1;
  }
  int64_t second = nbd_aio_pread (h, buf + 4, 4, 4, NBD_NULL_COMPLETION, 0);
  for (r = 0; r == 0; r = nbd_aio_command_completed (h, second))
    if (go_on (h) == -1)
      return -1;
  if (r == -1 || nbd_aio_command_completed (h, first) != 1)
    return -1;
  int64_t flush = nbd_aio_flush (h, NBD_NULL_COMPLETION, 0);
  for (r = 0; r == 0; r = nbd_aio_command_completed (h, flush))
    if (go_on (h) == -1)
      return -1;
  return r == 1 ? 0 : -1;
}

static int
client_leave (struct nbd_handle *h)
{
  if (driver == BLOCKING)
    return nbd_shutdown (h, 0);
  int r = nbd_aio_disconnect (h, 0);
  while (r != -1 && !nbd_aio_is_closed (h))
    r = go_on (h);
  return r;
}

static int
live (struct blocking *b)
{
  if (client_connect (b->h, b->number) == -1)
    return -1;
  if (nbd_aio_is_negotiating (b->h) && client_go (b->h) == -1)
    return -1;
  if (client_use (b->h, b->buf) == -1)
    return -1;
  return client_leave (b->h);
}

static void
run (bool opt_mode)
{
  struct server s;
  struct nbd_handle *h = tls_handle ();
  struct blocking b = { .h = h, .call = live, .number = server_pair (&s) };

  CHECK_OK (nbd_add_meta_context (h, "base:allocation"));
  CHECK_OK (nbd_set_request_extended_headers (h, false));
  CHECK_OK (nbd_set_opt_mode (h, opt_mode));
  s.waits = true;
  blocking_start (&b);
  serve (&s);
  blocking_join (&b);
  if (b.result == -1)
    FAIL ("%s", b.error);
  CHECK_BYTES (b.buf, 8, "abcdefgh", 8);
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  requires_tls ();
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
    for (place = 0; place < PLACES; place++)
      for (driver = 0; driver < DRIVERS; driver++)
        for (int opt_mode = 0; opt_mode < 2; opt_mode++) {
          kind = &kinds[i];
          check_case ("%s %s, %s, %s", kind->name, place_names[place],
                      driver_names[driver],
                      opt_mode ? "option mode" : "automatic");
          run (opt_mode);
        }
}
