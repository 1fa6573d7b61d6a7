/* SPDX-License-Identifier: MIT */
/* The calls that drive: poll and both notifications. */

#include "api/library.h"

#include <errno.h>

int
nbdi_poll2 (struct nbd_handle *h, int fd, int timeout)
{
  struct timespec end = { 0, 0 };
  uint64_t completed = h->session.cmds.nr_completed;
  int r;

  if (timeout >= 0)
    nbdi_deadline (timeout, &end);
  bool waited = h->seat.taken;
  r = nbdi_take_seat_until (h, timeout < 0 ? NULL : &end, false);
  if (r == -1)
    return -1;
  if (r == 0)
    return h->session.cmds.nr_completed != completed;
  if (waited && h->session.cmds.nr_completed != completed)
    r = 1;
  else
    r = nbdi_poll_once (h, fd, timeout, &end);
  nbdi_leave_seat (h);
  return r;
}

int
nbdi_poll (struct nbd_handle *h, int timeout)
{
  return nbdi_poll2 (h, -1, timeout);
}

int
nbdi_aio_notify_read (struct nbd_handle *h)
{
  unsigned phase = nbdi_handle_phase (h);

  if (((h->session.lasting ? nbdi_shown_direction (h)
                           : nbdi_direction (&h->link))
       & LIBNBD_AIO_DIRECTION_READ)
      == 0)
    return nbdi_not_now (h, EINVAL,
                         "no read event is awaited (see "
                         "nbd_aio_get_direction)");
  nbdi_take_seat (h);
  int r = h->session.lasting ? nbdi_descriptor_event (h, phase)
                             : nbdi_read_event (h, phase);
  nbdi_leave_seat (h);
  return r;
}

int
nbdi_aio_notify_write (struct nbd_handle *h)
{
  unsigned phase = nbdi_handle_phase (h);

  if (h->session.lasting && phase == NBDI_PHASE_CONNECTED)
    return nbdi_send_held_back (h);
  /* A WRITE direction that was shown permits the call, even if nothing is
   * left to send. */
  if (!h->write_shown
      && (nbdi_shown_direction (h) & LIBNBD_AIO_DIRECTION_WRITE) == 0)
    return nbdi_not_now (h, EINVAL,
                         "no write event is awaited (see "
                         "nbd_aio_get_direction)");
  nbdi_take_seat (h);
  int r = nbdi_write_event (h, phase);
  nbdi_leave_seat (h);
  return r;
}

int
nbdi_aio_get_fd (struct nbd_handle *h)
{
  if (h->session.lasting)
    return nbdi_one_descriptor (h);
  if (h->link.channel.sock == -1)
    return nbdi_not_now (h, EINVAL, "there is no socket");
  return h->link.channel.sock;
}
