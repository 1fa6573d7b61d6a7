/* SPDX-License-Identifier: MIT */
/* What is published whenever the lock is given up, sleeping included: phase,
 * readiness and direction, for queries that take no lock. */

#include "drive/drive.h"

/* Publish it. */
void
nbdi_publish (struct nbd_handle *h)
{
  unsigned direction = nbdi_shown_direction (h);
  uint32_t word = nbdi_handle_phase (h)
                  | direction << NBDI_PUBLISHED_DIRECTION_SHIFT;

  if (nbdi_idle (&h->link))
    word |= NBDI_PUBLISHED_READY;
  if ((direction & LIBNBD_AIO_DIRECTION_WRITE) != 0)
    h->write_shown = true;
  if (h->descriptor.epoll >= 0)
    nbdi_update_descriptor (h);
  atomic_store_explicit (&h->published, word, memory_order_release);
}
