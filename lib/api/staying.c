/* SPDX-License-Identifier: MIT */
/* Staying connected: events, counters, and cancelling commands. */

#include "api/library.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

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
nbdi_set_interrupt_callback (struct nbd_handle *h,
                             nbd_interrupt_callback *interrupt)
{
  nbdi_clear_interrupt_callback (h);
  h->session.interrupt = NBDI_MOVE (interrupt);
  return 0;
}

int
nbdi_clear_interrupt_callback (struct nbd_handle *h)
{
  NBDI_FREE (&h->session.interrupt);
  return 0;
}

int
nbdi_cancel (struct nbd_handle *h)
{
  return nbdi_cancel_blocking (h);
}

int64_t
nbdi_get_outage (struct nbd_handle *h)
{
  const struct nbdi_outage *o = &h->session.outage;

  return o->stood ? (int64_t) ((nbdi_now () - o->since) / 1000000) : 0;
}

uint64_t
nbdi_stats_reconnects (struct nbd_handle *h)
{
  return h->session.nr_reconnects;
}

uint64_t
nbdi_stats_replayed (struct nbd_handle *h)
{
  return h->session.nr_replayed;
}

uint64_t
nbdi_stats_journal_bytes (struct nbd_handle *h)
{
  return nbdi_journal_bytes (&h->session.journal);
}

uint64_t
nbdi_stats_ghosts (struct nbd_handle *h)
{
  return h->session.ghosts.nr;
}

bool
nbdi_aio_is_drained (struct nbd_handle *h)
{
  return nbdi_is_drained (h);
}

/* Whether the present settings make the handle stay connected, or have
 * deadlines. */
bool
nbdi_will_last (const struct nbd_handle *h)
{
  const struct nbdi_settings *set = &h->session.settings;

  return set->reconnect_timeout != 0 || set->connect_timeout != 0
         || set->command_timeout > 0 || set->stall_timeout > 0
         || set->connections > 1;
}

/* The handle is about to connect: act on its settings from now on. */
void
nbdi_begin_to_last (struct nbd_handle *h)
{
  struct nbdi_session *s = &h->session;
  const struct nbdi_settings *set = &s->settings;

  h->link.reach.keepalive = (int) (set->keepalive > INT_MAX ? INT_MAX
                                                            : set->keepalive);
  s->lasting = nbdi_will_last (h);
  if (!s->lasting)
    return;
  s->owner = getpid ();
  free (s->where);
  s->where = nbdi_whereto (h);
  h->link.reach.again = true;
  h->link.channel.watched = set->stall_timeout > 0;
  nbdi_begin_silence (&h->link.channel);
  nbdi_begin_connecting (&h->link);
}
