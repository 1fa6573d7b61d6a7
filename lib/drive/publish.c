/* SPDX-License-Identifier: MIT */
/* What is published whenever the lock is given up, also for sleeping:
 * phase, readiness and direction, for queries that take no lock. */

#include "drive/drive.h"

/* Whether all connections are between two messages. */
static bool
all_idle (const struct nbd_handle *h)
{
  NBDI_EACH_LINK (h, l)
  if (!nbdi_idle (l))
    return false;
  return true;
}

/* Compute and store the published word. */
void
nbdi_publish (struct nbd_handle *h)
{
  unsigned direction = nbdi_shown_direction (h);
  uint32_t word = nbdi_handle_phase (h)
                  | direction << NBDI_PUBLISHED_DIRECTION_SHIFT;

  if (all_idle (h))
    word |= NBDI_PUBLISHED_READY;
  if ((direction & LIBNBD_AIO_DIRECTION_WRITE) != 0)
    h->write_shown = true;
  if (h->descriptor.epoll >= 0)
    nbdi_update_descriptor (h);
  atomic_store_explicit (&h->published, word, memory_order_release);
}
