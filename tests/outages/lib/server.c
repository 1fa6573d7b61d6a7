/* SPDX-License-Identifier: MIT */

/* One process of the brittle server: turn after turn until it ends. */

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "parts.h"

#define MOST_CONNECTIONS 64
/* The longest wait in ms while there is nothing to do, so that the server
 * notices if it was kept from running. */
#define LONGEST_WAIT 20

static bool
has_work (const struct life *s)
{
  for (const struct connection *c = s->connections; c; c = c->next)
    if ((c->requests != NULL && !c->frozen)
        || (c->out.len + c->wire_out.len > 0 && !c->silent))
      return true;
  return false;
}

static int
time_to_wait (struct life *s)
{
  int64_t wait = next_ghost (s->b);

  if (has_work (s) || s->listener == -1)
    return 1;
  return wait < 0 || wait > LONGEST_WAIT ? LONGEST_WAIT : wait;
}

/* Wait for the first event.  fds gets the pipe that ends with the test, the
 * listener, and each connection. */
static void
wait_for_events (struct life *s, struct pollfd *fds)
{
  unsigned n = 2;
  int wait = time_to_wait (s);

  fds[0] = (struct pollfd) { .fd = s->b->end, .events = POLLIN };
  fds[1] = (struct pollfd) { .fd = s->listener, .events = POLLIN };
  for (struct connection *c = s->connections; c; c = c->next) {
    if (n == MOST_CONNECTIONS)
      abort ();
    fds[n++] = (struct pollfd) {
      .fd = c->fd,
      .events = c->frozen || c->deaf ? POLLRDHUP : POLLIN,
    };
  }
  poll (fds, n, wait);
  int64_t now = brittle_now ();

  /* A ghost can land two turns after its patience: the server notices in the
   * first turn that the connection is gone, and the ghost's time comes in the
   * second.  The client waits twice the patience. */
  if (now - s->b->turned_at > wait + s->b->settings.patience / 4)
    s->b->disturbed = true;
  __atomic_store_n (&s->b->turned_at, now, __ATOMIC_RELEASE);
}

/* Receive, carry out requests, and send. */
static void
serve_connections (struct life *s, const struct pollfd *fds)
{
  unsigned n = 2;

  for (struct connection *c = s->connections; c && n < MOST_CONNECTIONS;
       c = c->next, n++) {
    if (!c->gone && fds[n].fd == c->fd && fds[n].revents)
      receive (s, c);
    if (!c->gone)
      check_time (s, c);
    if (!c->gone && !c->frozen)
      work (s, c);
    if (!c->gone)
      transmit (s, c);
  }
}

static void
turn (struct life *s)
{
  struct pollfd fds[MOST_CONNECTIONS] = { 0 };

  wait_for_events (s, fds);
  if (fds[0].revents)
    _exit (EXIT_SUCCESS);
  serve_connections (s, fds);
  if (s->listener == -1 && brittle_now () >= s->listens_at)
    s->listener = start_listening (s->b);
  else if (s->listener >= 0 && fds[1].revents)
    accept_connections (s);
  script_turn (s);
  haunt (s);
  if (random_one_in (&s->b->random, 4))
    disk_write_back (&s->b->disk, random_below (&s->b->random, DISK_BLOCKS));
  plan_outage (s);
  bury_connections (s);
}

void
serve (struct brittle *b, int listener)
{
  struct life s = {
    .b = b,
    .listener = listener,
    .steps_to_outage = random_below (&b->random, 100),
  };

  if (b->turned_at == 0)
    b->turned_at = brittle_now ();
  if (listener == -1)
    stop_listening (&s);
  for (;;)
    turn (&s);
}
