/* SPDX-License-Identifier: MIT */
/* The one descriptor of a handle that stays connected: an epoll instance of
 * the socket, which changes, and of a timer. */

#include "drive/drive.h"

#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

static int
watch (int epoll, int op, int fd, uint32_t events)
{
  struct epoll_event event = { .events = events };

  return epoll_ctl (epoll, op, fd, &event);
}

/* The descriptor, which is made when it is first asked for. */
int
nbdi_one_descriptor (struct nbd_handle *h)
{
  struct nbdi_descriptor *d = &h->descriptor;

  if (d->epoll >= 0)
    return d->epoll;
  d->epoll = epoll_create1 (EPOLL_CLOEXEC);
  d->timer = timerfd_create (CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (d->epoll == -1 || d->timer == -1
      || watch (d->epoll, EPOLL_CTL_ADD, d->timer, EPOLLIN) == -1) {
    nbdi_error (errno, "the descriptor of a handle that stays connected");
    nbdi_close_descriptor (h);
    return -1;
  }
  return d->epoll;
}

void
nbdi_close_descriptor (struct nbd_handle *h)
{
  struct nbdi_descriptor *d = &h->descriptor;

  if (d->epoll >= 0)
    close (d->epoll);
  if (d->timer >= 0)
    close (d->timer);
  d->epoll = d->timer = -1;
}

/* Let it become readable at this time; 0: never.  A timer that goes off too
 * early costs less than one that is set again for each command. */
static void
set_timer (struct nbdi_descriptor *d, uint64_t due)
{
  struct itimerspec when = {
    .it_value.tv_sec = (time_t) (due / 1000000000),
    .it_value.tv_nsec = (long) (due % 1000000000),
  };

  if (due == d->due || (d->due != 0 && (due == 0 || due > d->due)))
    if (!nbdi_passed (d->due))
      return;
  d->due = due;
  timerfd_settime (d->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

/* Let it show what a connection waits for.  The epoll instance forgets a
 * socket that is closed by itself. */
static void
watch_link (struct nbd_handle *h, struct nbdi_link *l)
{
  unsigned direction = nbdi_wanted_direction (l);
  uint32_t events = (direction & LIBNBD_AIO_DIRECTION_READ ? EPOLLIN : 0)
                    | (direction & LIBNBD_AIO_DIRECTION_WRITE ? EPOLLOUT : 0);
  const struct nbdi_channel *ch = &l->channel;
  int op = ch->serial != l->watched.serial ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;

  if (ch->sock == -1 || (op == EPOLL_CTL_MOD && events == l->watched.events))
    return;
  /* A forked copy would change what the parent sees. */
  if (h->session.owner != getpid ())
    return;
  if (watch (h->descriptor.epoll, op, ch->sock, events) == -1)
    nbdi_debug (&h->session.trace, "epoll_ctl: %m");
  l->watched.serial = ch->serial;
  l->watched.events = events;
}

/* Let it show what the handle waits for. */
void
nbdi_update_descriptor (struct nbd_handle *h)
{
  if (h->descriptor.epoll == -1)
    return;
  NBDI_EACH_LINK (h, l)
  watch_link (h, l);
  set_timer (&h->descriptor, nbdi_can_go_on (h) ? 1 : nbdi_next_due (h));
}

/* Whether it is not readable, for loops that are told only once. */
bool
nbdi_is_drained (struct nbd_handle *h)
{
  struct pollfd fd = { .fd = h->descriptor.epoll, .events = POLLIN };

  nbdi_update_descriptor (h);
  return fd.fd == -1 || poll (&fd, 1, 0) == 0;
}
