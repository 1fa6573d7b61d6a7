/* SPDX-License-Identifier: MIT */
/* Moving the machine: poll and both notifications.  "Driving" is reading
 * from the socket and running the program's callbacks; one thread drives
 * at a time, see seat.c. */

#include "drive/drive.h"

#include <errno.h>

/* How often one call may read a socket that always has more, so that a
 * fast server does not starve the program's other handles. */
#define MAX_RECEIVES 8

/* Let the machine consume what is buffered and, up to `receives` times,
 * what the socket has, until `limit` commands completed (0 = no limit). */
static void
serve (struct nbd_handle *h, unsigned receives, unsigned limit)
{
  struct nbdi_link *l = &h->link;

  l->in.stop = false;
  l->channel.receives = l->sending.broken_errno == 0 ? receives
                                                     : MAX_RECEIVES;
  l->limit = limit;
  if (receives > 0)
    nbdi_event (l, NBDI_EVENT_NOTIFY_READ);
  nbdi_run (l);
  l->limit = 0;
  /* Sending failed earlier; only now is all served that was received. */
  if (l->sending.broken_errno != 0 && !l->in.stop)
    nbdi_event (l, NBDI_EVENT_BREAK);
  l->in.stop = true;
  /* Requests wait only behind others that will be answered. */
  if (l->lane.sent.nr == 0)
    nbdi_flush (h);
  if (h->session.cmds.nr_pending == 0) {
    nbdi_trim_commands (&h->session);
    nbdi_shrink_buffers (l);
  }
}

/* Send what waits, unless the socket is known to take nothing. */
void
nbdi_flush (struct nbd_handle *h)
{
  const struct nbdi_session *s = &h->session;

  if (h->link.sending.full)
    return;
  if (h->link.lane.queue.nr > 0
      || (unlikely (s->lasting) && nbdi_has_to_begin (&h->link)))
    nbdi_event (&h->link, NBDI_EVENT_FLUSH);
}

/* Whether requests, or parts of them, have not left for the server yet. */
bool
nbdi_has_to_send (const struct nbd_handle *h)
{
  return nbdi_link_in (&h->link, NBDI_PHASE_CONNECTED)
         && (nbdi_wanted_direction (h) & LIBNBD_AIO_DIRECTION_WRITE) != 0;
}

/* The socket has room, or may have. */
void
nbdi_writable (struct nbd_handle *h)
{
  h->link.sending.full = false;
  nbdi_flush_transport (&h->link.channel);
  nbdi_event (&h->link, NBDI_EVENT_NOTIFY_WRITE);
}

/* What a drive call returns: whether the handle is worse off than before. */
static int
drive_result (struct nbd_handle *h, unsigned phase_before)
{
  unsigned phase = nbdi_handle_phase (h);

  if (phase == phase_before)
    return 0;
  if (phase == NBDI_PHASE_DEAD) {
    /* Callbacks or another thread may have had the last word. */
    nbdi_fatal_error (h);
    return -1;
  }
  /* A TCP connection of which no address answered. */
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

/* Sleep in poll(2), unless the machine can go on: then it is as if the socket
 * were readable.  No drive call waits for the socket anywhere else.
 *
 * The lock is given up only when a reply is sure to come, or this thread
 * itself watches for room: others may issue then, and nothing they do needs
 * to wake this thread. */
static int
sleep_in_poll (struct nbd_handle *h, struct pollfd *fds, int timeout_ms,
               const struct timespec *end)
{
  bool awake = nbdi_can_go_on (h);
  struct nbdi_sleep sleep = {
    .h = h,
    .fds = fds,
    .nr_fds = fds[2].fd >= 0   ? 3
              : fds[1].fd >= 0 ? 2
                               : 1,
    .stays = awake,
    .unlocked = !awake && may_unlock (h),
  };
  int r, saved_errno;

  nbdi_publish (h);
  h->seat.events = fds[0].events;
  if (sleep.unlocked)
    pthread_mutex_unlock (&h->lock);
  do {
    sleep.timeout_ms = awake ? 0 : nbdi_sleep_ms (h, timeout_ms, end);
    r = nbdi_sleep (&sleep);
  } while (r == -1 && errno == EINTR);
  saved_errno = errno;
  if (sleep.unlocked)
    pthread_mutex_lock (&h->lock);
  h->seat.events = 0;
  if (awake && r >= 0) {
    fds[0].revents |= POLLIN;
    r = 1;
  }
  errno = saved_errno;
  return r;
}

/* Deliver what poll(2) found: first the read, since it can change what is
 * awaited.  A hang-up counts as readable, and errors come out of reading,
 * too. */
static void
deliver (struct nbd_handle *h, short revents, unsigned direction,
         unsigned limit)
{
  const short trouble = POLLHUP | POLLERR | POLLNVAL;

  if ((direction & LIBNBD_AIO_DIRECTION_READ) != 0
      && (revents & (POLLIN | trouble)) != 0) {
    serve (h, MAX_RECEIVES, limit);
    if ((revents & POLLOUT) != 0 && nbdi_has_to_send (h))
      nbdi_writable (h);
  }
  else if ((revents & (POLLOUT | trouble)) != 0) {
    nbdi_writable (h);
    serve (h, 0, limit);
  }
}

/* One round of waiting: 1 = something happened, 0 = timeout, -1 = error. */
static int
wait_once (struct nbd_handle *h, int fd, int timeout_ms,
           const struct timespec *end, unsigned limit)
{
  unsigned phase = nbdi_handle_phase (h);
  unsigned direction = nbdi_wanted_direction (h);
  struct pollfd fds[3] = {
    { .fd = h->link.channel.sock,
      .events = (direction & LIBNBD_AIO_DIRECTION_READ ? POLLIN : 0)
                | (direction & LIBNBD_AIO_DIRECTION_WRITE ? POLLOUT : 0) },
    { .fd = fd, .events = POLLIN },
    { .fd = nbdi_wake_descriptor (h), .events = POLLIN },
  };
  int r = sleep_in_poll (h, fds, timeout_ms, end);

  if (r == -1) {
    nbdi_error (errno, "poll");
    return -1;
  }
  if (r == 0
      && (!h->session.lasting || timeout_ms == 0
          || (timeout_ms > 0 && nbdi_time_left (end) == 0)))
    return 0;
  nbdi_was_woken (h, fds[2].revents);
  if (fds[0].revents != 0)
    deliver (h, fds[0].revents, direction, limit);
  nbdi_do_due (h);
  nbdi_flush (h);
  return drive_result (h, phase) == -1 ? -1 : 1;
}

static int
require_direction (struct nbd_handle *h)
{
  if (nbdi_direction (&h->link) != 0 || nbdi_next_due (h) != 0)
    return 0;
  return nbdi_not_now (h, EINVAL, "nothing is awaited from the socket");
}

/* Drive until `done`, which is about the handle, or it dies. */
int
nbdi_drive_until (struct nbd_handle *h, nbdi_condition *done, void *opaque)
{
  unsigned phase = nbdi_handle_phase (h);
  int r = 0;

  serve (h, 0, 0);
  while (r == 0 && !done (h, opaque)) {
    nbdi_flush (h);
    if (drive_result (h, phase) == -1 || require_direction (h) == -1
        || wait_once (h, -1, -1, NULL, 0) == -1)
      r = -1;
  }
  h->write_shown = false;
  return r;
}

/* It cannot be waited for the socket.  What was sent cannot be taken back,
 * so end the connection: for the reason that is this thread's error. */
void
nbdi_hang_up (struct nbd_handle *h)
{
  if (h->session.fatal_text == NULL) {
    h->session.fatal_errno = nbdi_last_errno ();
    h->session.fatal_text = strdup (nbdi_last_text ());
  }
  nbdi_event (&h->link, NBDI_EVENT_END);
}

/* The work of nbd_poll and nbd_poll2, in the driver's seat. */
int
nbdi_poll_once (struct nbd_handle *h, int fd, int timeout_ms,
                const struct timespec *end)
{
  unsigned phase = nbdi_handle_phase (h);
  uint64_t completed = h->session.cmds.nr_completed;
  enum nbdi_state state = h->link.state[NBDI_REGION_MAIN];

  if (require_direction (h) == -1)
    return -1;
  h->write_shown = false;
  serve (h, 0, 1);
  if (drive_result (h, phase) == -1)
    return -1;
  if (h->session.cmds.nr_completed != completed
      || h->link.state[NBDI_REGION_MAIN] != state)
    return 1;
  nbdi_flush (h);
  int r = wait_once (h, fd, timeout_ms, end, 1);
  h->write_shown = false;
  return r;
}

/* The program saw that the one descriptor is readable. */
int
nbdi_descriptor_event (struct nbd_handle *h, unsigned phase)
{
  const struct timespec now = { 0, 0 };

  serve (h, 0, 0);
  if (wait_once (h, -1, 0, &now, 0) == -1)
    return -1;
  nbdi_do_due (h);
  nbdi_flush (h);
  return drive_result (h, phase);
}

/* The program saw that the socket is readable, and its call, which began in
 * this phase, has the seat. */
int
nbdi_read_event (struct nbd_handle *h, unsigned phase)
{
  serve (h, MAX_RECEIVES, 0);
  /* Programs deliver only the read when both events are there, and a server
   * that always sends must not starve the queue. */
  if (nbdi_has_to_send (h))
    nbdi_writable (h);
  return drive_result (h, phase);
}

/* Likewise that it is writable. */
int
nbdi_write_event (struct nbd_handle *h, unsigned phase)
{
  bool connected = phase == NBDI_PHASE_CONNECTED;

  h->write_shown = false;
  if (connected)
    serve (h, MAX_RECEIVES, 0);
  nbdi_writable (h);
  if (!connected)
    serve (h, 0, 0);
  nbdi_flush (h);
  return drive_result (h, phase);
}
