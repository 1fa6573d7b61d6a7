/* SPDX-License-Identifier: MIT */

/* One thread that has many commands in flight. */

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "harness.h"

static int
on_completion (void *opaque, int *error)
{
  struct command *c = opaque;

  end_command (c, *error);
  c->used = false;
  c->run->in_flight--;
  return 1;
}

static void
start (struct run *r, struct command *c)
{
  c->used = true;
  r->in_flight++;
  c->cookie = start_command (c,
                             (nbd_completion_callback) {
                               .callback = on_completion, .user_data = c });
  if (c->cookie != -1)
    return;
  if (!r->choice->by_hand)
    fail (r, "a command could not be started: %s", nbd_get_error ());
  on_completion (c, &(int) { ENOTCONN });
  connect_again (r);
}

/* The handle must have the same descriptor all its life, and only poll it for
 * reading. */
static void
check_descriptor (struct run *r, const struct pollfd *fd)
{
  if (!is_lasting (r->choice))
    return;
  if (r->fd == -1)
    r->fd = fd->fd;
  if (fd->fd != r->fd || fd->events != POLLIN)
    fail (r, "the descriptor was %d, it is %d, and waits for %d", r->fd,
          fd->fd, fd->events);
}

static void
wait_with_poll (struct run *r)
{
  unsigned direction = nbd_aio_get_direction (r->h);
  struct pollfd fd = {
    .fd = nbd_aio_get_fd (r->h),
    .events = (direction & LIBNBD_AIO_DIRECTION_READ ? POLLIN : 0)
              | (direction & LIBNBD_AIO_DIRECTION_WRITE ? POLLOUT : 0),
  };

  check_descriptor (r, &fd);
  if (poll (&fd, 1, -1) == -1)
    return;
  if (fd.revents & (POLLIN | POLLHUP | POLLERR))
    nbd_aio_notify_read (r->h);
  direction = nbd_aio_get_direction (r->h);
  if ((fd.revents & POLLOUT) && (direction & LIBNBD_AIO_DIRECTION_WRITE))
    nbd_aio_notify_write (r->h);
}

static void
wait_for_events (struct run *r, bool polls)
{
  if (polls)
    wait_with_poll (r);
  else if (nbd_poll (r->h, -1) == -1 && !r->choice->by_hand)
    fail (r, "poll: %s", nbd_get_error ());
  if (nbd_stats_journal_bytes (r->h) > r->journal_size)
    fail (r, "the journal has %llu bytes",
          (unsigned long long) nbd_stats_journal_bytes (r->h));
  if (nbd_aio_is_ready (r->h) || nbd_aio_is_processing (r->h))
    return;
  if (r->choice->by_hand)
    connect_again (r);
  else
    fail (r, "the handle is %s: %s", nbd_connection_state (r->h),
          nbd_get_error () ?: "no error");
}

/* Cancel one of the commands in flight. */
static void
cancel_one (struct run *r, struct command *commands)
{
  struct command *c = &commands[random_below (&r->random, MOST_IN_FLIGHT)];

  if (!c->used)
    return;
  c->cancelled = true;
  if (nbd_aio_cancel (r->h, c->cookie) == -1)
    fail (r, "cancel: %s", nbd_get_error ());
}

void
run_async (struct run *r, unsigned count)
{
  static struct command commands[MOST_IN_FLIGHT];
  bool polls = random_one_in (&r->random, 2);

  for (unsigned issued = 0; issued < count || r->in_flight > 0;) {
    unsigned more = random_below (&r->random, MOST_IN_FLIGHT);

    for (struct command *c = commands; c < commands + MOST_IN_FLIGHT; c++)
      if (!c->used && more > 0 && issued < count) {
        draw_command (r, &r->random, c);
        start (r, c);
        issued++;
        more--;
      }
    if (r->choice->cancels && random_one_in (&r->random, 8))
      cancel_one (r, commands);
    if (r->in_flight > 0)
      wait_for_events (r, polls);
  }
}

int
one_async (struct run *r, struct command *c)
{
  unsigned before = r->in_flight;

  start (r, c);
  while (r->in_flight > before)
    wait_for_events (r, false);
  return 0;
}
