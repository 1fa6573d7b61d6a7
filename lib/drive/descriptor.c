/* SPDX-License-Identifier: MIT */
/* The one descriptor of a handle that stays connected: an epoll instance
 * that watches the sockets, which change, and a timer. */

#include "drive/drive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* How often to look at a socket that epoll could not watch. */
#define LOOK_PAUSE UINT64_C (20000000)

static int
watch (int epoll, int op, int fd, uint32_t events)
{
  struct epoll_event event = { .events = events };

  return epoll_ctl (epoll, op, fd, &event);
}

static void
close_both (struct nbdi_descriptor *d)
{
  if (d->epoll >= 0)
    close (d->epoll);
  if (d->timer >= 0)
    close (d->timer);
  d->epoll = d->timer = -1;
}

static int
make_both (struct nbdi_descriptor *d)
{
  d->epoll = epoll_create1 (EPOLL_CLOEXEC);
  d->timer = timerfd_create (CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  d->due = 0;
  d->owner = getpid ();
  if (d->epoll == -1 || d->timer == -1
      || watch (d->epoll, EPOLL_CTL_ADD, d->timer, EPOLLIN) == -1) {
    nbdi_error (errno, "the descriptor of a handle that stays connected");
    close_both (d);
    return -1;
  }
  return 0;
}

/* Return the descriptor, which is made on the first call. */
int
nbdi_one_descriptor (struct nbd_handle *h)
{
  struct nbdi_descriptor *d = &h->descriptor;

  if (d->epoll == -1 && make_both (d) == -1)
    return -1;
  return d->epoll;
}

void
nbdi_close_descriptor (struct nbd_handle *h)
{
  close_both (&h->descriptor);
}

/* After fork both descriptors are shared with the parent.  The child makes
 * its own, under the numbers that the program knows. */
static bool
are_ours (struct nbd_handle *h)
{
  struct nbdi_descriptor *d = &h->descriptor, own;

  if (d->owner == getpid ())
    return true;
  if (make_both (&own) == -1)
    return false;
  bool moved = dup3 (own.timer, d->timer, O_CLOEXEC) != -1
               && dup3 (own.epoll, d->epoll, O_CLOEXEC) != -1;
  close_both (&own);
  if (moved) {
    d->owner = own.owner;
    d->due = 0;
    NBDI_EACH_LINK (h, l)
    l->channel.epoll = -1;
  }
  return moved;
}

/* Whether requests are only held back, and the program will send them
 * before it waits. */
static bool
will_be_sent (const struct nbdi_link *l)
{
  return l->session->sends_itself && l->lane.queue.nr > 0 && !l->sending.full
         && !nbdi_transport_unsent (&l->channel);
}

/* What a socket is to be watched for. */
static uint32_t
wanted_events (const struct nbdi_link *l)
{
  unsigned direction = nbdi_wanted_direction (l);

  if (will_be_sent (l))
    direction &= ~(unsigned) LIBNBD_AIO_DIRECTION_WRITE;
  return (direction & LIBNBD_AIO_DIRECTION_READ ? EPOLLIN : 0)
         | (direction & LIBNBD_AIO_DIRECTION_WRITE ? EPOLLOUT : 0);
}

/* Whether epoll watches it for this. */
static bool
is_watched (const struct nbdi_link *l)
{
  const struct nbdi_channel *ch = &l->channel;

  return ch->sock == -1
         || wanted_events (l) == (ch->epoll == -1 ? 0 : ch->epoll_events);
}

static bool
all_are_watched (const struct nbd_handle *h)
{
  NBDI_EACH_LINK (h, l)
  if (!is_watched (l))
    return false;
  return true;
}

/* Watch a socket.  If nothing is expected from it, do not watch it at all,
 * because epoll would still report that the server hung up. */
static int
watch_link (struct nbdi_descriptor *d, struct nbdi_link *l)
{
  struct nbdi_channel *ch = &l->channel;
  uint32_t events = wanted_events (l);
  int op = ch->epoll == -1 ? EPOLL_CTL_ADD
           : events == 0   ? EPOLL_CTL_DEL
                           : EPOLL_CTL_MOD;

  if (watch (d->epoll, op, ch->sock, events) == -1) {
    nbdi_debug (ch->trace, "epoll_ctl: %m");
    return -1;
  }
  ch->epoll = events == 0 ? -1 : d->epoll;
  ch->epoll_owner = d->owner;
  ch->epoll_events = events;
  return 0;
}

/* Whether the timer need not be set.  Setting it with each command would be
 * expensive, so while the handle is `awake` it may expire too early. */
static bool
timer_fits (const struct nbdi_descriptor *d, uint64_t due, bool awake)
{
  bool passed = nbdi_passed (d->due);

  if (nbdi_passed (due))
    return passed;
  if (due == 0)
    return d->due == 0 || (awake && !passed);
  return d->due != 0 && d->due <= due && !passed;
}

/* Let the timer expire at this time; 0: never. */
static void
set_timer (struct nbdi_descriptor *d, uint64_t due)
{
  struct itimerspec when = {
    .it_value.tv_sec = (time_t) (due / 1000000000),
    .it_value.tv_nsec = (long) (due % 1000000000),
  };

  d->due = due;
  timerfd_settime (d->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

/* Update what the descriptor watches to what the handle waits for. */
void
nbdi_update_descriptor (struct nbd_handle *h)
{
  struct nbdi_descriptor *d = &h->descriptor;
  bool awake = nbdi_shown_direction (h) != 0;
  uint64_t due = !awake ? 0 : nbdi_can_go_on (h) ? 1 : nbdi_next_due (h);

  if (d->epoll == -1 || (all_are_watched (h) && timer_fits (d, due, awake))
      || !are_ours (h))
    return;
  NBDI_EACH_LINK (h, l)
  if (!is_watched (l) && watch_link (d, l) == -1)
    due = nbdi_earlier (due, nbdi_now () + LOOK_PAUSE);
  if (!timer_fits (d, due, awake))
    set_timer (d, due);
}

/* Whether all data that was there has been read, for edge-triggered loops. */
bool
nbdi_is_drained (struct nbd_handle *h)
{
  struct pollfd fd = { .fd = h->descriptor.epoll, .events = POLLIN };

  if (fd.fd >= 0)
    nbdi_update_descriptor (h);
  else if (nbdi_can_go_on (h))
    return false;
  else
    fd.fd = h->link.channel.sock;
  return fd.fd == -1 || poll (&fd, 1, 0) == 0;
}
