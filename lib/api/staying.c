/* SPDX-License-Identifier: MIT */
/* Staying connected: events, counters, and giving up commands. */

#include "api/library.h"

int
nbdi_set_event_callback (struct nbd_handle *h, nbd_event_callback *event)
{
  nbdi_clear_event_callback (h);
  h->session.event = NBDI_MOVE (event);
  return 0;
}

int
nbdi_clear_event_callback (struct nbd_handle *h)
{
  NBDI_FREE (&h->session.event);
  return 0;
}

int
nbdi_cancel (struct nbd_handle *h __attribute__ ((unused)))
{
  return false;
}

int
nbdi_aio_cancel (struct nbd_handle *h __attribute__ ((unused)),
                 uint64_t cookie __attribute__ ((unused)))
{
  return false;
}

int64_t
nbdi_get_outage (struct nbd_handle *h __attribute__ ((unused)))
{
  return 0;
}

uint64_t
nbdi_stats_reconnects (struct nbd_handle *h __attribute__ ((unused)))
{
  return 0;
}

uint64_t
nbdi_stats_replayed (struct nbd_handle *h __attribute__ ((unused)))
{
  return 0;
}

uint64_t
nbdi_stats_journal_bytes (struct nbd_handle *h __attribute__ ((unused)))
{
  return 0;
}

uint64_t
nbdi_stats_ghosts (struct nbd_handle *h __attribute__ ((unused)))
{
  return 0;
}

bool
nbdi_aio_is_drained (struct nbd_handle *h __attribute__ ((unused)))
{
  return true;
}
