/* SPDX-License-Identifier: MIT */

/* Connections of the brittle server: bytes in and out, and how they end. */

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "parts.h"

static void
add_connection (struct life *s, int fd)
{
  struct connection *c = calloc (1, sizeof *c), **end = &s->connections;

  if (c == NULL)
    abort ();
  c->fd = fd;
  c->number = ++s->b->next_connection;
  c->in_left = c->out_left = -1;
  s->b->counters.connections++;
  while (*end != NULL)
    end = &(*end)->next;
  *end = c;
  brittle_say (s->b, "%u: accepted", c->number);
  send_greeting (c);
  plan_failure (s, c);
  script_accepted (s, c);
}

void
accept_connections (struct life *s)
{
  struct brittle *b = s->b;

  for (;;) {
    int fd = accept4 (s->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd == -1)
      return;
    if (b->refuse_connections > 0) {
      b->refuse_connections--;
      b->counters.refused++;
      close (fd);
    }
    else
      add_connection (s, fd);
  }
}

static bool
take (struct life *s, struct connection *c)
{
  return c->stage < READY ? take_handshake (s, c) : take_request (s, c);
}

void
client_left (struct life *s, struct connection *c)
{
  brittle_say (s->b, "%u: the client has left", c->number);
  if (c->stage != LEFT)
    leave_ghosts (s, c, brittle_now () + s->b->settings.patience);
  c->gone = true;
}

/* Receive what is there, not more than may still be received.  Returns the
 * length, or what recv returned. */
static ssize_t
receive_some (struct connection *c)
{
  struct bytes *to = c->encryption ? &c->wire_in : &c->in;
  size_t room = 65536;

  if (c->in_left > 0 && (size_t) c->in_left < room)
    room = c->in_left;
  uint8_t *p = put_space (to, room);
  ssize_t n = recv (c->fd, p, room, MSG_DONTWAIT);

  to->len -= room - (n > 0 ? n : 0);
  if (n > 0 && c->in_left > 0)
    c->in_left -= n;
  return n;
}

void
receive (struct life *s, struct connection *c)
{
  script_receive (s, c);
  while (!c->gone && !c->deaf && c->in_left != 0) {
    ssize_t n = receive_some (c);

    if (n == -1 && (errno == EAGAIN || errno == EINTR))
      return;
    bool more = c->encryption == NULL || decrypt_input (c);

    while (!c->gone && take (s, c))
      ;
    if ((n <= 0 || !more) && !c->gone)
      client_left (s, c);
  }
  if (c->in_left == 0 && !c->gone)
    outage (s, c);
}

/* Send what there is, not more than may still be sent. */
static void
send_some (struct connection *c, struct bytes *from)
{
  size_t n = from->len;

  if (c->out_left >= 0 && (size_t) c->out_left < n)
    n = c->out_left;
  if (n == 0)
    return;
  ssize_t sent = send (c->fd, from->p, n, MSG_DONTWAIT | MSG_NOSIGNAL);

  if (sent == -1)
    return; /* receiving finds the error, too */
  bytes_drop (from, sent);
  if (c->out_left > 0)
    c->out_left -= sent;
}

void
transmit (struct life *s, struct connection *c)
{
  struct bytes *from = c->encryption ? &c->wire_out : &c->out;

  if (c->silent || c->stage == LEFT || c->gone)
    return;
  if (c->encryption)
    encrypt_output (c);
  send_some (c, from);
  if (c->out_left == 0)
    outage (s, c);
  else if (from->len > 0)
    return;
  else if (c->doomed)
    come_to_pass (s, c);
  else if (c->closing)
    c->gone = true;
  else if (c->starts_tls) {
    c->starts_tls = false;
    encryption_start (c);
  }
}

/* Close with a reset.  A Unix socket with unread data does that by itself;
 * TCP needs the option. */
void
reset (struct connection *c)
{
  struct linger at_once = { .l_onoff = 1 };

  setsockopt (c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  c->gone = true;
}

/* Receive what the client has sent until now, or nothing. */
static void
drain (struct life *s, struct connection *c)
{
  c->in_left = -1;
  if (random_one_in (&s->b->random, 2))
    receive (s, c);
}

static void
fall_silent (struct life *s, struct connection *c, bool frozen)
{
  const struct brittle_settings *settings = &s->b->settings;

  c->silent = true;
  c->frozen = frozen;
  c->in_left = c->out_left = -1;
  c->silent_until = brittle_now ()
                    + (settings->may_be_silent
                         ? 5000
                         : random_below (&s->b->random, settings->patience));
  s->b->counters.silences++;
}

void
cut (struct life *s, struct connection *c, enum manner manner)
{
  static const char *const names[] = { "reset", "closed", "half closed",
                                       "deaf",  "silent", "frozen" };
  int64_t deadline = brittle_now () + s->b->settings.patience;

  brittle_say (s->b, "%u: %s", c->number, names[manner]);
  s->b->counters.cuts++;
  switch (manner) {
  case DEAF:
    if (!s->b->settings.tcp) {
      shutdown (c->fd, SHUT_RD);
      c->deaf = true;
      c->silent_until = deadline;
      return;
    }
    /* Over TCP the client would not notice. */
    /* fall through */
  case RESET:
    reset (c);
    leave_ghosts (s, c, deadline);
    break;
  case CLOSED:
    drain (s, c);
    leave_ghosts (s, c, deadline);
    c->gone = true;
    break;
  case HALF_CLOSED:
    if (c->stage < READY) {
      c->gone = true;
      return;
    }
    shutdown (c->fd, SHUT_WR);
    leave_ghosts (s, c, deadline);
    c->stage = LEFT;
    c->deadline = deadline;
    c->in_left = -1;
    break;
  default: fall_silent (s, c, manner == FROZEN);
  }
}

void
check_time (struct life *s, struct connection *c)
{
  int64_t now = brittle_now ();

  if (c->stage == LEFT && now >= c->deadline)
    c->gone = true;
  if ((!c->silent && !c->deaf) || now < c->silent_until)
    return;
  bool goes_on = !c->deaf && random_one_in (&s->b->random, 2);

  c->silent = c->frozen = c->deaf = false;
  brittle_say (s->b, "%u: goes on", c->number);
  if (!goes_on)
    cut (s, c, random_one_in (&s->b->random, 2) ? RESET : CLOSED);
}

static void
free_connection (struct connection *c)
{
  while (c->requests != NULL) {
    struct request *r = c->requests;

    c->requests = r->next;
    free_request (r);
  }
  bytes_free (&c->in);
  bytes_free (&c->out);
  bytes_free (&c->wire_in);
  bytes_free (&c->wire_out);
  encryption_free (c);
  close (c->fd);
  free (c);
}

void
bury_connections (struct life *s)
{
  struct connection **link = &s->connections;

  while (*link != NULL) {
    struct connection *c = *link;

    if (!c->gone) {
      link = &c->next;
      continue;
    }
    *link = c->next;
    free_connection (c);
  }
}
