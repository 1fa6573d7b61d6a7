/* SPDX-License-Identifier: MIT */
/* Ending a connection in an orderly way. */

#include "api/library.h"

#include <errno.h>

static bool
connection_ended (const struct nbd_handle *h,
                  void *opaque __attribute__ ((unused)))
{
  return nbdi_phase_in (h, NBDI_PHASE_CLOSED | NBDI_PHASE_DEAD);
}

static void
abandon_unsent (struct nbd_handle *h)
{
  NBDI_EACH_LINK (h, l)
  nbdi_abandon_unsent (&h->session, &l->lane.queue);
  nbdi_abandon_unsent (&h->session, &h->session.cmds.waiting);
}

int
nbdi_shutdown (struct nbd_handle *h, uint32_t flags)
{
  if (nbdi_phase_in (h, NBDI_PHASE_NEGOTIATING))
    nbdi_aio_opt_abort (h); /* an error is found below */
  else {
    if (flags & LIBNBD_SHUTDOWN_ABANDON_PENDING)
      abandon_unsent (h);
    if (!h->session.cmds.disconnect && nbdi_aio_disconnect (h, 0) == -1)
      return -1;
  }
  int r = -1;
  if (nbdi_take_seat_until (h, NULL, true) == 1) {
    r = nbdi_drive_until (h, connection_ended, NULL);
    nbdi_leave_seat (h);
  }
  if (nbdi_phase_in (h, NBDI_PHASE_DEAD)) {
    nbdi_await_child_end (h);
    nbdi_fatal_error (h);
    r = -1;
  }
  return r;
}
