/* SPDX-License-Identifier: MIT */
/* Waking the driver from its sleep in poll(2), in programs with threads. */

#include "drive/drive.h"

#include <sys/eventfd.h>

/* The descriptor that ends the driver's sleep, in programs with threads; -1
 * if there is none. */
int
nbdi_wake_descriptor (struct nbd_handle *h)
{
  if (h->seat.wake_fd == -1 && !NBDI_ALONE
      && nbdi_phase_in (h, NBDI_PHASE_CONNECTED))
    h->seat.wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  return h->seat.wake_fd;
}

void
nbdi_was_woken (struct nbd_handle *h, short revents)
{
  eventfd_t times;

  if (revents != 0)
    eventfd_read (h->seat.wake_fd, &times);
}

/* Wake the driver, so that it checks again what it waits for. */
void
nbdi_nudge_driver (struct nbd_handle *h)
{
  if (nbdi_seat_is_others (h) && h->seat.wake_fd >= 0)
    eventfd_write (h->seat.wake_fd, 1);
}
