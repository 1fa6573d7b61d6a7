/* SPDX-License-Identifier: MIT */
/* One round of driving: sleep until a socket is ready or a deadline has
 * come, then act on that. */

#include "drive/drive.h"

#include <errno.h>

/* Two descriptors are polled besides the sockets: one of the program, and
 * one with which other threads wake this one. */
#define MAX_POLLED (NBDI_MAX_LINKS + 2)

struct round {
  struct pollfd fds[MAX_POLLED];
  struct nbdi_link *links[MAX_POLLED]; /* whose sockets, or NULL */
  unsigned directions[MAX_POLLED];
  unsigned nr;
};

/* The result of a call that drives: -1 if the handle died, or connecting
 * failed, during the call. */
int
nbdi_drive_result (struct nbd_handle *h, unsigned phase_before)
{
  unsigned phase = nbdi_handle_phase (h);

  if (phase == phase_before)
    return 0;
  if (phase == NBDI_PHASE_DEAD) {
    /* Callbacks or another thread may have set another error since. */
    nbdi_fatal_error (h);
    return -1;
  }
  /* No address of a TCP connection answered. */
  if (phase == NBDI_PHASE_CREATED)
    return -1;
  return 0;
}

/* Whether others may use the handle while the driver sleeps. */
static bool
may_unlock (struct nbd_handle *h)
{
  if (!nbdi_phase_in (h, NBDI_PHASE_CONNECTED))
    return false;
  return h->link.lane.sent.nr > 0 || h->link.sending.begun > 0
         || (h->session.lasting && h->session.cmds.nr_pending > 0);
}

static void
add (struct round *round, int fd, short events, struct nbdi_link *l,
     unsigned direction)
{
  round->fds[round->nr] = (struct pollfd) { .fd = fd, .events = events };
  round->links[round->nr] = l;
  round->directions[round->nr++] = direction;
}

static void
add_links (struct nbd_handle *h, struct round *round)
{
  NBDI_EACH_LINK (h, l)
  {
    unsigned direction = nbdi_wanted_direction (l);
    short events = (direction & LIBNBD_AIO_DIRECTION_READ ? POLLIN : 0)
                   | (direction & LIBNBD_AIO_DIRECTION_WRITE ? POLLOUT : 0);
    if (l->channel.sock >= 0)
      add (round, l->channel.sock, events, l, direction);
  }
}

/* Sleep in poll(2), unless the machine can go on: then act as if its socket
 * were readable.  No call that drives waits for the socket anywhere else.
 *
 * The lock is given up only if a reply is sure to come, or if this thread
 * watches for room itself.  Others may then issue commands; either nothing
 * that they do requires this thread to wake, or they wake it. */
static int
sleep_in_poll (struct nbd_handle *h, struct round *round, int timeout_ms,
               const struct timespec *end)
{
  bool awake = nbdi_can_go_on (h);
  uint64_t due = awake ? 0 : nbdi_next_due (h);
  struct nbdi_sleep sleep = {
    .h = h,
    .fds = round->fds,
    .nr_fds = round->nr,
    .stays = awake,
    .unlocked = !awake && may_unlock (h),
  };
  bool interruptible = h->session.interrupt.callback != NULL;
  int r, saved_errno;

  nbdi_publish (h);
  h->seat.events = round->fds[0].events;
  if (sleep.unlocked)
    pthread_mutex_unlock (&h->lock);
  do {
    sleep.timeout_ms = awake ? 0 : nbdi_sleep_ms (due, timeout_ms, end);
    r = nbdi_sleep (&sleep);
  } while (r == -1 && errno == EINTR && !interruptible);
  saved_errno = errno;
  if (sleep.unlocked)
    pthread_mutex_lock (&h->lock);
  h->seat.events = 0;
  for (unsigned i = 0; awake && r >= 0 && i < round->nr; i++)
    if (round->links[i] != NULL && nbdi_link_can_go_on (round->links[i]))
      round->fds[i].revents |= POLLIN;
  errno = saved_errno;
  return awake && r >= 0 ? 1 : r;
}

/* Act on what poll(2) found: first the read, since it can change what to
 * poll for.  A hang-up counts as readable, and reading reports errors, too. */
static void
deliver (struct nbd_handle *h, struct nbdi_link *l, short revents,
         unsigned direction, unsigned limit)
{
  const short trouble = POLLHUP | POLLERR | POLLNVAL;

  if ((direction & LIBNBD_AIO_DIRECTION_READ) != 0
      && (revents & (POLLIN | trouble)) != 0) {
    nbdi_serve (h, l, NBDI_MAX_RECEIVES, limit);
    if ((revents & POLLOUT) != 0 && nbdi_has_to_send (l))
      nbdi_writable (l);
  }
  else if ((revents & (POLLOUT | trouble)) != 0) {
    nbdi_writable (l);
    nbdi_serve (h, l, 0, limit);
  }
}

/* Deliver what poll(2) found to all links; with a limit, until a command has
 * completed.  So that each link has its turn, begin with another one after
 * each command. */
static void
deliver_all (struct nbd_handle *h, const struct round *round, unsigned limit)
{
  uint64_t completed = h->session.cmds.nr_completed;

  for (unsigned n = 0; n < round->nr; n++) {
    unsigned i = (n + completed) % round->nr;

    if (limit > 0 && h->session.cmds.nr_completed != completed)
      return;
    if (round->links[i] != NULL && round->fds[i].revents != 0)
      deliver (h, round->links[i], round->fds[i].revents,
               round->directions[i], limit);
  }
}

/* Whether the caller's timeout has passed.  The sleep may have been
 * shortened for a deadline. */
static bool
has_timed_out (const struct nbd_handle *h, int r, int timeout_ms,
               const struct timespec *end)
{
  return r == 0
         && (!h->session.lasting || timeout_ms == 0
             || (timeout_ms > 0 && nbdi_time_left (end) == 0));
}

/* One round: 1 = something happened, 0 = timeout, -1 = error. */
int
nbdi_wait_once (struct nbd_handle *h, int fd, int timeout_ms,
                const struct timespec *end, unsigned limit)
{
  unsigned phase = nbdi_handle_phase (h);
  uint64_t completed = h->session.cmds.nr_completed;
  unsigned told = h->session.nr_events;
  int wake_fd = nbdi_wake_descriptor (h);
  struct round round = { .nr = 0 };

  add_links (h, &round);
  if (fd >= 0)
    add (&round, fd, POLLIN, NULL, 0);
  if (wake_fd >= 0)
    add (&round, wake_fd, POLLIN, NULL, 0);
  int r = sleep_in_poll (h, &round, timeout_ms, end);
  if (r == -1 && errno != EINTR) {
    nbdi_error (errno, "poll");
    return -1;
  }
  if (r == -1 && nbdi_is_interrupted (h)) {
    nbdi_interrupted_error ();
    return -1;
  }
  bool timed_out = has_timed_out (h, r, timeout_ms, end);
  if (timed_out && !h->session.lasting)
    return 0;
  if (wake_fd >= 0)
    nbdi_was_woken (h, round.fds[round.nr - 1].revents);
  deliver_all (h, &round, limit);
  nbdi_do_due (h);
  nbdi_flush (h);
  if (nbdi_drive_result (h, phase) == -1)
    return -1;
  /* After an event, the program may want to stop waiting. */
  if (unlikely (told != h->session.nr_events) && nbdi_is_interrupted (h)) {
    nbdi_interrupted_error ();
    return -1;
  }
  return timed_out && h->session.cmds.nr_completed == completed ? 0 : 1;
}
