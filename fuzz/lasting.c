/* SPDX-License-Identifier: MIT */

/* Handles that stay connected: a server to which they can connect again and
 * again, and which records the requests that it has received. */

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "base/protocol.h"
#include "base/wire.h"

/* ms */
#define PATIENCE 30000
#define COMMAND_TIMEOUT 2000
#define STALL_TIMEOUT 1000

/* More turns than any input needs. */
#define MAX_TURNS 10000
#define MAX_DUE 4

static int
on_event (void *opaque, unsigned event, const char *message, int64_t value)
{
  const struct world *w = opaque;

  MUST (w->events_freed == 0 && event <= LIBNBD_EVENT_GIVEN_UP);
  MUST (message != NULL && message[0] != '\0' && value >= 0);
  return 0;
}

static void
free_event (void *opaque)
{
  struct world *w = opaque;

  w->events_freed++;
}

void
begin_lasting (struct world *w, unsigned settings)
{
  struct nbd_handle *h = w->h;
  nbd_event_callback event = { on_event, w, free_event };

  nbd_set_reconnect_timeout (h, settings & FUZZ_NO_RECONNECT ? 0 : PATIENCE);
  nbd_set_connect_timeout (h,
                           settings & FUZZ_NO_CONNECT_TIMEOUT ? 0 : PATIENCE);
  if (settings & FUZZ_COMMAND_TIMEOUT)
    nbd_set_command_timeout (h, COMMAND_TIMEOUT);
  if (settings & FUZZ_STALL_TIMEOUT)
    nbd_set_stall_timeout (h, STALL_TIMEOUT);
  if (settings & FUZZ_CONNECTIONS)
    nbd_set_connections (h, MAX_PEERS);
  if (settings & FUZZ_STRICT)
    nbd_set_unflushed_policy (h, LIBNBD_UNFLUSHED_STRICT);
  if (settings & FUZZ_TRUST)
    nbd_set_unflushed_policy (h, LIBNBD_UNFLUSHED_TRUST);
  if (settings & FUZZ_NO_QUARANTINE)
    nbd_set_quarantine (h, 0);
  if (settings & FUZZ_SMALL_JOURNAL)
    nbd_set_journal_size (h, 65536);
  nbd_set_event_callback (h, event);
}

/* Listen at the same address as before; at first, at one that the kernel
 * chooses. */
static void
listen_again (struct world *w)
{
  if (w->listener != -1)
    return;
  w->listener = socket (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                        0);
  MUST (w->listener != -1);
  MUST (bind (w->listener, (struct sockaddr *) &w->address, w->address_length)
        == 0);
  MUST (listen (w->listener, 16) == 0);
  w->address_length = sizeof w->address;
  MUST (getsockname (w->listener, (struct sockaddr *) &w->address,
                     &w->address_length)
        == 0);
}

static void
listen_no_more (struct world *w)
{
  if (w->listener != -1)
    close (w->listener);
  w->listener = -1;
}

void
connect_lasting (struct world *w)
{
  w->address.sun_family = AF_UNIX;
  w->address_length = sizeof w->address.sun_family;
  w->listener = -1;
  for (unsigned i = 0; i < MAX_PEERS; i++)
    w->peers[i].fd = -1;
  listen_again (w);
  w->connected = nbd_aio_connect (w->h, (struct sockaddr *) &w->address,
                                  w->address_length)
                 == 0;
  if (w->connected && (w->lasting_settings & FUZZ_ONE_DESCRIPTOR))
    MUST (nbd_aio_get_fd (w->h) != -1);
  pump_lasting (w);
}

static void
pick (struct world *w, unsigned number)
{
  w->picked = number % MAX_PEERS;
  w->server = w->peers[w->picked].fd;
}

/* Forget the picked connection, which was closed. */
void
forget_picked (struct world *w)
{
  w->peers[w->picked] = (struct peer) { .fd = -1 };
}

/* Accept a connection and pick it.  If there are too many, the connection in
 * its place is closed. */
static bool
accept_client (struct world *w)
{
  unsigned place = 0;

  if (w->listener == -1)
    return false;
  int fd = accept4 (w->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd == -1)
    return false;
  while (place < MAX_PEERS - 1 && w->peers[place].fd != -1)
    place++;
  if (w->peers[place].fd != -1)
    close (w->peers[place].fd);
  w->peers[place] = (struct peer) { .fd = fd };
  pick (w, place);
  return true;
}

static void
note_request (struct peer *peer, const uint8_t *p, bool extended)
{
  struct request *r = peer->requests;

  if (peer->nr_requests == MAX_REQUESTS)
    memmove (r, r + 1, --peer->nr_requests * sizeof *r);
  r[peer->nr_requests++] = (struct request) {
    .type = nbdi_get16 (p + 6),
    .cookie = nbdi_get64 (p + 8),
    .offset = nbdi_get64 (p + 16),
    .length = extended ? nbdi_get64 (p + 24) : nbdi_get32 (p + 24),
  };
}

/* Requests are found by their magic.  It does not occur in payloads, which
 * repeat one byte. */
static bool
receive (struct peer *peer)
{
  static uint8_t buf[65536];
  ssize_t n = peer->fd == -1 ? -1
                             : recv (peer->fd, buf, sizeof buf, MSG_DONTWAIT);

  for (ssize_t i = 0; i + NBD_REQUEST_SIZE <= n; i++) {
    uint64_t magic = nbdi_get32 (buf + i);
    bool extended = magic == NBD_EXTENDED_REQUEST_MAGIC;

    if (magic == NBD_REQUEST_MAGIC
        || (extended && i + NBD_EXTENDED_REQUEST_SIZE <= n))
      note_request (peer, buf + i, extended);
  }
  return n > 0;
}

/* Do everything that can happen without the server.  Each turn does only one
 * of several things that are due. */
void
pump_lasting (struct world *w)
{
  int idle = 0;

  for (int i = 0; idle < MAX_DUE; i++) {
    bool goes_on;

    if (i == MAX_TURNS)
      broken ("the handle never comes to rest: %s",
              nbd_connection_state (w->h));
    goes_on = nbd_aio_get_direction (w->h) != 0 && nbd_poll (w->h, 0) == 1;
    if (nbd_aio_is_dead (w->h) || nbd_aio_is_closed (w->h))
      return;
    goes_on |= accept_client (w);
    for (unsigned k = 0; k < MAX_PEERS; k++)
      goes_on |= receive (&w->peers[k]);
    idle = goes_on ? 0 : idle + 1;
  }
}

static void
cancel (struct world *w)
{
  struct command *c = pick_command (w, take_u8 (&w->program));

  if (c == NULL || c->cookie <= 0 || c->retired)
    return;
  int called = c->called;
  if (nbd_aio_cancel (w->h, c->cookie) == 1)
    MUST (called == 0
          && (c->called == 1 || (c->verdict & FUZZ_NO_COMPLETION)));
}

static void
reply (struct world *w)
{
  struct peer *peer = &w->peers[w->picked];
  unsigned back = take_u8 (&w->program), error = take_u8 (&w->program);

  if (back >= peer->nr_requests)
    return;
  struct request *r = &peer->requests[peer->nr_requests - 1 - back];

  send_reply (w, r, error);
  memmove (r, r + 1, back * sizeof *r);
  peer->nr_requests--;
}

/* The bytes of a greeting do not count as sent: they must not get into
 * buffers. */
static void
greet (struct world *w)
{
  bool sent[256];

  memcpy (sent, w->sent, sizeof sent);
  friendly_greeting (w, take_u8 (&w->program));
  memcpy (w->sent, sent, sizeof sent);
}

void
act_lasting (struct world *w, enum fuzz_op op)
{
  unsigned number;

  switch (op) {
  case FUZZ_CANCEL: cancel (w); break;
  case FUZZ_WAIT:
    pass_time (take_u16 (&w->program));
    pump (w);
    break;
  case FUZZ_GREET: greet (w); break;
  case FUZZ_PICK:
    number = take_u8 (&w->program);
    if (w->lasting)
      pick (w, number);
    break;
  case FUZZ_REPLY: reply (w); break;
  case FUZZ_AWAY:
    if (w->lasting)
      listen_no_more (w);
    break;
  default:
    if (w->lasting)
      listen_again (w);
  }
}

/* Close everything, for longer than the handle waits. */
void
end_lasting (struct world *w)
{
  listen_no_more (w);
  for (unsigned i = 0; i < MAX_PEERS; i++) {
    pick (w, i);
    server_close (w);
  }
  for (unsigned passed = 0; passed <= 2 * PATIENCE; passed += PATIENCE / 8) {
    pump (w);
    pass_time (PATIENCE / 8);
  }
}
