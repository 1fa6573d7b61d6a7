/* SPDX-License-Identifier: MIT */
/* What is published whenever the lock is given up, sleeping included: phase,
 * readiness and direction, for queries that take no lock. */

#include "drive/drive.h"

/* What is awaited from the socket: by the machine, and by a transport that
 * has something of its own to send. */
unsigned
nbdi_wanted_direction (const struct nbd_handle *h)
{
  unsigned direction = nbdi_direction (&h->link);

  if (direction != 0 && nbdi_transport_unsent (&h->link.channel))
    direction |= LIBNBD_AIO_DIRECTION_WRITE;
  return direction;
}

/* Whether the machine can go on without the socket: with what is in a buffer,
 * ours or one of the transport, or because nothing can be sent any more. */
bool
nbdi_can_go_on (const struct nbd_handle *h)
{
  const struct nbdi_link *l = &h->link;
  unsigned direction = nbdi_direction (l);

  if (unlikely (l->sending.broken_errno != 0))
    return direction != 0;
  return (direction & LIBNBD_AIO_DIRECTION_READ) != 0
         && ((l->in.end > l->in.pos && l->in.end - l->in.pos >= l->in.need)
             || nbdi_transport_pending (&l->channel));
}

/* What the machine waits for, and BOTH while it can go on: a program that
 * polls for writing wakes at once. */
unsigned
nbdi_shown_direction (const struct nbd_handle *h)
{
  return nbdi_can_go_on (h) ? LIBNBD_AIO_DIRECTION_BOTH
                            : nbdi_wanted_direction (h);
}

/* Publish it. */
void
nbdi_publish (struct nbd_handle *h)
{
  unsigned direction = nbdi_shown_direction (h);
  uint32_t word = nbdi_phase (&h->link)
                  | direction << NBDI_PUBLISHED_DIRECTION_SHIFT;

  if (nbdi_idle (&h->link))
    word |= NBDI_PUBLISHED_READY;
  if ((direction & LIBNBD_AIO_DIRECTION_WRITE) != 0)
    h->write_shown = true;
  atomic_store_explicit (&h->published, word, memory_order_release);
}
