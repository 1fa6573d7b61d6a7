/* SPDX-License-Identifier: MIT */
/* Moving the machine: poll and both notifications.  "Driving" is reading
 * from sockets and running the program's callbacks; one thread drives at a
 * time, see seat.c. */

#include "drive/drive.h"

#include <errno.h>

/* Of so many rounds one asks the interrupt callback.  A signal interrupts
 * only a sleep, and there is none while a server always has more to say. */
#define ROUNDS_PER_QUESTION 64

static int
require_direction (struct nbd_handle *h)
{
  NBDI_EACH_LINK (h, l)
  if (nbdi_direction (l) != 0)
    return 0;
  if (nbdi_next_due (h) != 0)
    return 0;
  return nbdi_not_now (h, EINVAL, "nothing is awaited from the socket");
}

/* One of the rounds that a call drives for. */
static int
drive_round (struct nbd_handle *h, unsigned phase, unsigned nr)
{
  nbdi_flush (h);
  if (nbdi_drive_result (h, phase) == -1 || require_direction (h) == -1)
    return -1;
  if (nr % ROUNDS_PER_QUESTION == 0 && nbdi_is_interrupted (h)) {
    nbdi_interrupted_error ();
    return -1;
  }
  return nbdi_wait_once (h, -1, -1, NULL, 0) == -1 ? -1 : 0;
}

/* Drive until `done` is true for the handle, or the handle dies. */
int
nbdi_drive_until (struct nbd_handle *h, nbdi_condition *done, void *opaque)
{
  unsigned phase = nbdi_handle_phase (h);
  int r = 0;

  nbdi_serve_all (h, 0);
  for (unsigned nr = 1; r == 0 && !done (h, opaque); nr++)
    r = drive_round (h, phase, nr);
  h->write_shown = false;
  return r;
}

/* Waiting for the socket failed.  What was sent cannot be taken back, so
 * end the connection, with this thread's error as the reason. */
void
nbdi_hang_up (struct nbd_handle *h)
{
  if (h->session.fatal_text == NULL) {
    h->session.fatal_errno = nbdi_last_errno ();
    h->session.fatal_text = strdup (nbdi_last_text ());
  }
  NBDI_EACH_LINK (h, l)
  nbdi_event (l, NBDI_EVENT_END);
}

/* What nbd_poll and nbd_poll2 do, once the thread has the seat. */
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
  nbdi_serve_all (h, 1);
  if (nbdi_drive_result (h, phase) == -1)
    return -1;
  if (h->session.cmds.nr_completed != completed
      || h->link.state[NBDI_REGION_MAIN] != state)
    return 1;
  nbdi_flush (h);
  int r = nbdi_wait_once (h, fd, timeout_ms, end, 1);
  h->write_shown = false;
  return r;
}

/* Whether there is one connection, and it only waits for replies. */
static bool
only_receives (struct nbd_handle *h)
{
  return h->link.next == &h->link && nbdi_serves (&h->link)
         && nbdi_wanted_direction (&h->link) == LIBNBD_AIO_DIRECTION_READ;
}

/* The program saw that the one descriptor is readable.  Unless there is
 * only one socket, ask epoll which is. */
int
nbdi_descriptor_event (struct nbd_handle *h, unsigned phase)
{
  const struct timespec now = { 0, 0 };

  if (only_receives (h))
    nbdi_serve (h, &h->link, NBDI_MAX_RECEIVES, 0);
  else {
    nbdi_serve_all (h, 0);
    if (nbdi_wait_once (h, -1, 0, &now, 0) == -1)
      return -1;
  }
  nbdi_do_due (h);
  nbdi_flush (h);
  return nbdi_drive_result (h, phase);
}

/* The program sends requests that were held back.  From now on it is
 * expected to do so each time before it waits. */
int
nbdi_send_held_back (struct nbd_handle *h)
{
  h->session.sends_itself = true;
  nbdi_take_seat (h);
  nbdi_flush (h);
  int r = nbdi_drive_result (h, NBDI_PHASE_CONNECTED);
  nbdi_leave_seat (h);
  return r;
}

/* The program saw that the socket is readable.  Its call, which began in
 * this phase, has the seat. */
int
nbdi_read_event (struct nbd_handle *h, unsigned phase)
{
  nbdi_serve (h, &h->link, NBDI_MAX_RECEIVES, 0);
  /* If both events are there, programs may report only that the socket is
   * readable.  A server that always sends must not starve the queue. */
  if (nbdi_has_to_send (&h->link))
    nbdi_writable (&h->link);
  return nbdi_drive_result (h, phase);
}

/* The same for a socket that is writable. */
int
nbdi_write_event (struct nbd_handle *h, unsigned phase)
{
  bool connected = phase == NBDI_PHASE_CONNECTED;

  h->write_shown = false;
  if (connected)
    nbdi_serve (h, &h->link, NBDI_MAX_RECEIVES, 0);
  nbdi_writable (&h->link);
  if (!connected)
    nbdi_serve (h, &h->link, 0, 0);
  nbdi_flush (h);
  return nbdi_drive_result (h, phase);
}
