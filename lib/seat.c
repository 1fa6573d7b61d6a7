/* SPDX-License-Identifier: MIT */
/* Threads that share a handle: the driver's seat, and waiting for it.  Who
 * leaves the seat wakes exactly one waiter.
 */

#include "internal.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* Most waiters never sleep, for they drive themselves. */
static void
prepare_to_sleep (struct nbdi_waiter *w)
{
  pthread_condattr_t attr;

  if (w->may_sleep)
    return;
  w->may_sleep = true;
  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_cond_init (&w->cond, &attr);
  pthread_condattr_destroy (&attr);
}

static void
end_waiter (struct nbdi_waiter *w)
{
  if (w->may_sleep)
    pthread_cond_destroy (&w->cond);
  if (w->wake_fd >= 0)
    close (w->wake_fd);
  w->may_sleep = false;
  w->wake_fd = -1;
}

static void
join_queue (struct nbd_handle *h, struct nbdi_waiter *w)
{
  w->next = NULL;
  w->queued = true;
  *h->seat.last = w;
  h->seat.last = &w->next;
}

static void
leave_queue (struct nbd_handle *h, struct nbdi_waiter *w)
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

/* Wake another thread, however it sleeps. */
void
nbdi_wake (struct nbd_handle *h __attribute__ ((unused)),
           struct nbdi_waiter *w)
{
  if (w->watches && w->wake_fd >= 0)
    eventfd_write (w->wake_fd, 1);
  if (w->may_sleep)
    pthread_cond_signal (&w->cond);
}

/* Someone is to have the empty seat. */
static void
offer_seat (struct nbd_handle *h)
{
  struct nbdi_waiter *w = h->seat.first;

  if (w != NULL) {
    leave_queue (h, w);
    nbdi_wake (h, w);
  }
}

/* Sleep until woken; -1 when `end` has passed. */
static int
sleep_in_queue (struct nbd_handle *h, struct nbdi_waiter *w,
                const struct timespec *end)
{
  struct nbdi_sleep sleep = {
    .h = h, .waiter = w, .end = end, .stays = w->stays,
  };

  prepare_to_sleep (w);
  if (!w->queued)
    join_queue (h, w);
  nbdi_publish (h);
  return nbdi_sleep (&sleep) == 0 ? 0 : -1;
}

static void
sit_down (struct nbd_handle *h)
{
  h->seat.taken = true;
  h->seat.owner = pthread_self ();
}

static bool
taken_by_another (const struct nbd_handle *h)
{
  return h->seat.taken && !pthread_equal (h->seat.owner, pthread_self ());
}

static void
stop_watching (struct nbd_handle *h, struct nbdi_waiter *w)
{
  w->watches = false;
  if (--h->seat.watchers == 0 && h->seat.lingering >= 0) {
    close (h->seat.lingering);
    h->seat.lingering = -1;
  }
}

/* Watch for room in the socket, and for a reply, which wakes the thread in the
 * seat as well: 1 if that came, -1 when `end` has passed.  If no descriptor is
 * left for those who want to wake us only the socket can do it.
 */
static int
watch_for_room (struct nbd_handle *h, struct nbdi_waiter *w,
                const struct timespec *end)
{
  if (w->wake_fd == -1)
    w->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct pollfd fds[2] = {
    { .fd = h->conn.sock, .events = POLLIN | POLLOUT },
    { .fd = w->wake_fd, .events = POLLIN },
  };
  struct nbdi_sleep sleep = {
    .h = h, .waiter = w, .stays = w->stays, .unlocked = true,
    .fds = fds, .nr_fds = 2,
    .timeout_ms = end == NULL ? -1 : nbdi_time_left (end),
  };
  eventfd_t times;

  w->watches = true;
  h->seat.watchers++;
  nbdi_publish (h);
  pthread_mutex_unlock (&h->lock);
  int r = nbdi_sleep (&sleep);
  pthread_mutex_lock (&h->lock);
  stop_watching (h, w);
  if (r <= 0)
    return r == 0 ? -1 : 0;
  if (fds[1].revents != 0)
    eventfd_read (w->wake_fd, &times);
  if ((fds[0].revents & POLLOUT) != 0 &&
      nbdi_phase_in (h, NBDI_PHASE_CONNECTED))
    nbdi_writable (h);
  return (fds[0].revents & ~POLLOUT) != 0;
}

/* Wait while another thread drives; -1 when `end` has passed.  That thread may
 * sleep until there is a reply.  If something of ours `is_unsent` that reply
 * need not come before it is sent, so this thread watches for room.  When the
 * other one next goes to sleep it does so, too.
 */
static int
wait_for_driver (struct nbd_handle *h, struct nbdi_waiter *w, bool is_unsent,
                 const struct timespec *end)
{
  if (is_unsent && h->broken_errno == 0 && (h->seat.events & POLLOUT) == 0) {
    if (!w->queued)
      join_queue (h, w);
    int r = watch_for_room (h, w, end);
    if (r != 1 || w->done || !taken_by_another (h))
      return r;
  }
  return sleep_in_queue (h, w, end);
}

static int
take_seat (struct nbd_handle *h, const struct timespec *end, bool stays)
{
  struct nbdi_waiter w = { .wake_fd = -1, .stays = stays };
  int r = 0;

  while (h->seat.taken && r != -1)
    r = wait_for_driver (h, &w, nbdi_has_to_send (h), end);
  leave_queue (h, &w);
  end_waiter (&w);
  if (h->seat.taken)
    return -1;
  sit_down (h);
  return 0;
}

/* Take the seat, waiting for it until `end` (NULL = as long as it takes). */
int
nbdi_take_seat_until (struct nbd_handle *h, const struct timespec *end)
{
  return take_seat (h, end, false);
}

/* The same in calls that have something to free when they return. */
void
nbdi_take_seat (struct nbd_handle *h)
{
  take_seat (h, NULL, true);
}

void
nbdi_leave_seat (struct nbd_handle *h)
{
  h->seat.taken = false;
  offer_seat (h);
}

static bool
waiter_is_done (const struct nbd_handle *h __attribute__ ((unused)),
                void *opaque)
{
  const struct nbdi_waiter *w = opaque;

  return w->done;
}

/* By driving, or asleep while another thread drives. */
static void
wait_until_done (struct nbd_handle *h, struct nbdi_command *c,
                 struct nbdi_waiter *w)
{
  bool seated = h->seat.taken && !taken_by_another (h);

  while (!w->done) {
    if (taken_by_another (h)) {
      /* What is left of it may be in the transport. */
      wait_for_driver (h, w, !c->sent || nbdi_transport_unsent (h), NULL);
      continue;
    }
    leave_queue (h, w);
    if (!seated)
      sit_down (h);
    if (nbdi_drive_until (h, waiter_is_done, w) == -1 && !w->done)
      nbdi_hang_up (h);
    if (!seated)
      nbdi_leave_seat (h);
  }
  /* Woken for the seat as well as for the reply: pass it on. */
  leave_queue (h, w);
  if (!h->seat.taken)
    offer_seat (h);
  end_waiter (w);
}

/* Wait for a command of the calling thread. */
int
nbdi_wait_command (struct nbd_handle *h, int64_t cookie)
{
  struct nbdi_command *c = nbdi_lookup_command (h, (uint64_t) cookie);
  struct nbdi_command *outer = nbdi_thread.command;
  struct nbdi_waiter w = { .wake_fd = -1, .done = c->completed };

  if (!w.done) {
    c->waiter = &w;
    nbdi_thread.command = c;
    wait_until_done (h, c, &w);
    nbdi_thread.command = outer;
  }
  if (unlikely (c->error == ENOTCONN))
    nbdi_await_fate (h);
  return nbdi_result_of_command (h, c);
}

/* The calling thread was cancelled in its sleep.  What it waited for goes on
 * without it, and others can go on with the handle.
 */
void
nbdi_thread_ends (struct nbdi_sleep *s)
{
  struct nbd_handle *h = s->h;
  struct nbdi_command *c = nbdi_thread.command;
  struct nbdi_waiter *w = c ? c->waiter : s->waiter;

  if (s->unlocked)
    pthread_mutex_lock (&h->lock);
  if (w != NULL && w->watches)
    stop_watching (h, w);
  bool seated = h->seat.taken && !taken_by_another (h);
  if (seated)
    h->seat.events = 0;
  if (c != NULL) {
    nbdi_debug (h, "the thread that waited for %s was cancelled",
                nbdi_command_name (c->type));
    if (!w->done && nbdi_disown_command (h, c) == -1)
      wait_until_done (h, c, w);
    if (w->done)
      nbdi_retire_command (h, c);
  }
  if (w != NULL) {
    leave_queue (h, w);
    end_waiter (w);
  }
  if (nbdi_thread.option)
    nbdi_free_option (h);
  if (seated)
    h->seat.taken = false;
  if (!h->seat.taken)
    offer_seat (h);
  nbdi_publish (h);
  pthread_mutex_unlock (&h->lock);
}

static bool
not_connecting (const struct nbd_handle *h,
                void *opaque __attribute__ ((unused)))
{
  return !nbdi_phase_in (h, NBDI_PHASE_CONNECTING);
}

static int
drive_while_connecting (struct nbd_handle *h)
{
  bool outer = nbdi_thread.option;

  nbdi_take_seat (h);
  nbdi_thread.option = true;
  int r = nbdi_drive_until (h, not_connecting, NULL);
  nbdi_thread.option = outer;
  nbdi_leave_seat (h);
  if (nbdi_phase_in (h, NBDI_PHASE_DEAD)) {
    nbdi_await_fate (h);
    nbdi_fatal_error (h);
    r = -1;
  }
  return r;
}

/* Wait until a connection stands, or waits in option mode. */
int
nbdi_wait_connected (struct nbd_handle *h)
{
  if (drive_while_connecting (h) == -1)
    return -1;
  if (nbdi_phase_in (h, NBDI_PHASE_CONNECTED | NBDI_PHASE_NEGOTIATING))
    return 0;
  nbdi_error (ENOTCONN, "the server ended the connection");
  return -1;
}

/* Wait for the end of an option and return what its blocking form does. */
int
nbdi_wait_option (struct nbd_handle *h)
{
  if (drive_while_connecting (h) == -1)
    return -1;
  if (h->opt.value == -1)
    nbdi_option_error (h);
  return h->opt.value;
}
