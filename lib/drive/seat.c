/* SPDX-License-Identifier: MIT */
/* Threads that share a handle: the driver's seat, and waiting for it.  A
 * thread that leaves the seat wakes exactly one waiter. */

#include "drive/drive.h"

#include <sys/eventfd.h>

static void
join_queue (struct nbd_handle *h, struct nbdi_waiter *w)
{
  w->next = NULL;
  w->queued = true;
  *h->seat.last = w;
  h->seat.last = &w->next;
}

/* Remove the thread from the queue for the seat, if it is there. */
void
nbdi_leave_queue (struct nbd_handle *h, struct nbdi_waiter *w)
{
  struct nbdi_waiter **p = &h->seat.first;

  if (!w->queued)
    return;
  while (*p != w)
    p = &(*p)->next;
  *p = w->next;
  if (h->seat.last == &w->next)
    h->seat.last = p;
  w->queued = false;
}

/* Wake a waiter to take the empty seat. */
void
nbdi_offer_seat (struct nbd_handle *h)
{
  struct nbdi_waiter *w = h->seat.first;

  if (w != NULL) {
    nbdi_leave_queue (h, w);
    nbdi_wake (w);
  }
}

/* Sleep until woken; -1 when `end` has passed. */
static int
sleep_in_queue (struct nbd_handle *h, struct nbdi_waiter *w,
                const struct timespec *end)
{
  struct nbdi_sleep sleep = {
    .h = h,
    .waiter = w,
    .end = end,
    .stays = w->stays,
  };

  nbdi_prepare_to_sleep (w);
  if (!w->queued)
    join_queue (h, w);
  nbdi_publish (h);
  return nbdi_sleep (&sleep) == 0 ? 0 : -1;
}

/* Take the empty seat. */
void
nbdi_sit_down (struct nbd_handle *h)
{
  h->seat.taken = true;
  h->seat.owner = pthread_self ();
}

/* Stop watching the socket for room. */
void
nbdi_end_watch (struct nbd_handle *h, struct nbdi_waiter *w)
{
  w->watches = false;
  nbdi_stop_watching (&h->link.channel);
}

/* Watch the socket for room, and for a reply, which also wakes the thread
 * in the seat.  Returns 1 if there was one of these, -1 when `end` has
 * passed.  If there is no descriptor left with which others can wake this
 * thread, only the socket does. */
static int
watch_for_room (struct nbd_handle *h, struct nbdi_waiter *w,
                const struct timespec *end)
{
  if (w->wake_fd == -1)
    w->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct pollfd fds[2] = {
    { .fd = h->link.channel.sock, .events = POLLIN | POLLOUT },
    { .fd = w->wake_fd, .events = POLLIN },
  };
  struct nbdi_sleep sleep = {
    .h = h,
    .waiter = w,
    .stays = w->stays,
    .unlocked = true,
    .fds = fds,
    .nr_fds = 2,
    .timeout_ms = end == NULL ? -1 : nbdi_time_left (end),
  };
  eventfd_t times;

  w->watches = true;
  h->link.channel.watchers++;
  nbdi_publish (h);
  pthread_mutex_unlock (&h->lock);
  int r = nbdi_sleep (&sleep);
  pthread_mutex_lock (&h->lock);
  nbdi_end_watch (h, w);
  if (r <= 0)
    return r == 0 ? -1 : 0;
  if (fds[1].revents != 0)
    eventfd_read (w->wake_fd, &times);
  if ((fds[0].revents & POLLOUT) != 0
      && nbdi_phase_in (h, NBDI_PHASE_CONNECTED))
    nbdi_writable (&h->link);
  return (fds[0].revents & ~POLLOUT) != 0;
}

/* Wait while another thread drives; -1 when `end` has passed.  That thread
 * may sleep until there is a reply.  If a request of this thread
 * `is_unsent`, there may be no reply until it is sent, so this thread
 * watches for room itself.  The other thread does so, too, when it goes to
 * sleep the next time. */
int
nbdi_wait_for_driver (struct nbd_handle *h, struct nbdi_waiter *w,
                      bool is_unsent, const struct timespec *end)
{
  if (is_unsent && !h->session.lasting && h->link.sending.broken_errno == 0
      && (h->seat.events & POLLOUT) == 0) {
    if (!w->queued)
      join_queue (h, w);
    int r = watch_for_room (h, w, end);
    if (r != 1 || w->done || !nbdi_seat_is_others (h))
      return r;
  }
  if (is_unsent)
    nbdi_nudge_driver (h);
  return sleep_in_queue (h, w, end);
}

static int
take_seat (struct nbd_handle *h, const struct timespec *end, bool stays)
{
  struct nbdi_waiter w = { .wake_fd = -1, .stays = stays };
  int r = 0;

  while (h->seat.taken && r != -1)
    r = nbdi_wait_for_driver (h, &w, nbdi_has_to_send (&h->link), end);
  nbdi_leave_queue (h, &w);
  nbdi_end_waiter (&w);
  if (h->seat.taken)
    return -1;
  nbdi_sit_down (h);
  return 0;
}

static bool
is_earlier (const struct timespec *a, const struct timespec *b)
{
  return a->tv_sec < b->tv_sec
         || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

/* Take the seat, for a call that may end early: 1, or 0 if `end` (NULL =
 * never) has passed, or -1 if the call was interrupted.  A thread that
 * `stays`, because its call has something to free when it returns, cannot be
 * cancelled here. */
int
nbdi_take_seat_until (struct nbd_handle *h, const struct timespec *end,
                      bool stays)
{
  for (;;) {
    struct timespec then;
    const struct timespec *question = nbdi_next_question (h, &then);
    bool asks = question != NULL && (end == NULL || is_earlier (&then, end));

    if (take_seat (h, asks ? question : end, stays) == 0)
      return 1;
    if (!asks)
      return 0;
    if (nbdi_is_interrupted (h)) {
      nbdi_interrupted_error ();
      return -1;
    }
  }
}

/* The same without limit, for calls that wait only for their turn. */
void
nbdi_take_seat (struct nbd_handle *h)
{
  take_seat (h, NULL, true);
}

/* Leave the seat, and let another thread drive. */
void
nbdi_leave_seat (struct nbd_handle *h)
{
  h->seat.taken = false;
  nbdi_offer_seat (h);
}
