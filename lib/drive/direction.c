/* SPDX-License-Identifier: MIT */
/* What the handle waits for. */

#include "drive/drive.h"

/* What to poll the socket for: for the machine, and for a transport that
 * has data of its own to send. */
unsigned
nbdi_wanted_direction (const struct nbdi_link *l)
{
  unsigned direction = nbdi_direction (l);

  if (direction != 0 && nbdi_transport_unsent (&l->channel))
    direction |= LIBNBD_AIO_DIRECTION_WRITE;
  return direction;
}

/* Whether the machine can go on without the socket: there is data in a
 * buffer, of the link or of the transport, or nothing can be sent any more. */
bool
nbdi_link_can_go_on (const struct nbdi_link *l)
{
  unsigned direction = nbdi_direction (l);

  if (unlikely (l->sending.broken_errno != 0))
    return direction != 0;
  return (direction & LIBNBD_AIO_DIRECTION_READ) != 0
         && ((l->in.end > l->in.pos && l->in.end - l->in.pos >= l->in.need)
             || nbdi_transport_pending (&l->channel));
}

bool
nbdi_can_go_on (const struct nbd_handle *h)
{
  NBDI_EACH_LINK (h, l)
  if (nbdi_link_can_go_on (l))
    return true;
  return false;
}

/* What the machine waits for.  BOTH while it can go on, because a program
 * that polls for writing then wakes at once. */
unsigned
nbdi_shown_direction (const struct nbd_handle *h)
{
  if (h->session.lasting)
    return nbdi_phase_in (h, NBDI_PHASE_CONNECTING | NBDI_PHASE_CONNECTED)
             ? LIBNBD_AIO_DIRECTION_READ
             : 0;
  return nbdi_can_go_on (h) ? LIBNBD_AIO_DIRECTION_BOTH
                            : nbdi_wanted_direction (&h->link);
}
