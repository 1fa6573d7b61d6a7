/* SPDX-License-Identifier: MIT */
/* The beginning of a command that was accepted: which connection gets it,
 * and whether it is sent at once. */

#include "drive/drive.h"

/* A request is held back, to be sent together with later ones, only while
 * at least SEVERAL are in flight: at most one for each HOLD_SHARE of these,
 * and at most this many bytes. */
#define SEVERAL 4
#define HOLD_SHARE 2
#define HOLD_BYTES (96u * 1024)

/* If all connections are busy, this many small commands in a row go to the
 * same one, so that one system call can carry several.  But not if that
 * connection has this many more in flight than another: a server that works
 * through each connection in order would leave the others idle. */
#define TOGETHER 16
#define AHEAD 2
#define SMALL (32u * 1024)

/* Send now, or hold the request back: the replies to those in flight will
 * cause it to be sent.  Do not hold it back while another thread sleeps in
 * the driver's seat, because that thread would not notice it. */
static void
send_or_hold (struct nbd_handle *h, struct nbdi_link *l)
{
  const struct nbdi_lane *lane = &l->lane;
  uint64_t bytes = lane->queue.bytes + lane->queue.nr * NBD_REQUEST_SIZE;
  unsigned share = h->session.sends_itself ? 1 : HOLD_SHARE;
  unsigned several = h->session.sends_itself ? 1 : SEVERAL;

  if (l->sending.full
      || (!h->seat.taken && lane->sent.nr >= several
          && lane->queue.nr * share <= lane->sent.nr && bytes <= HOLD_BYTES))
    nbdi_event (l, NBDI_EVENT_QUEUED);
  else
    nbdi_event (l, NBDI_EVENT_FLUSH);
}

/* Of the connections that are given commands, the one with the least to do. */
static struct nbdi_link *
least_loaded (struct nbd_handle *h)
{
  struct nbdi_link *best = NULL;

  NBDI_EACH_LINK (h, l)
  if (nbdi_serves (l) && (best == NULL || nbdi_load (l) < nbdi_load (best)))
    best = l;
  return best;
}

/* The connection that gets this command; NULL if none is given commands. */
static struct nbdi_link *
choose_link (struct nbd_handle *h, const struct nbdi_command *c)
{
  struct nbdi_link *best = least_loaded (h);
  struct nbdi_turn *turn = &h->turn;

  if (best == NULL || h->link.next == &h->link)
    return best;
  if (turn->link != NULL && turn->nr < TOGETHER && c->count < SMALL
      && nbdi_serves (turn->link) && !turn->link->sending.full
      && nbdi_load (best) > 0
      && nbdi_load (turn->link) < nbdi_load (best) + AHEAD) {
    turn->nr++;
    return turn->link;
  }
  turn->link = best;
  turn->nr = 1;
  return best;
}

static void
set_expiry (struct nbdi_session *s, struct nbdi_command *c)
{
  int64_t ms = s->settings.command_timeout;

  if (ms <= 0)
    return;
  c->expires = nbdi_now () + (uint64_t) ms * 1000000;
  s->cmds.next_expiry = nbdi_earlier (s->cmds.next_expiry, c->expires);
}

/* Begin a command that may have to wait: the handle stays connected, or
 * there are ghosts. */
static void
begin_waiting (struct nbd_handle *h, struct nbdi_command *c)
{
  struct nbdi_session *s = &h->session;
  struct nbdi_link *l = choose_link (h, c);

  set_expiry (s, c);
  if (nbdi_requests[c->type].payload != NBDI_PAYLOAD_NONE
      && c->count > s->largest)
    s->largest = (uint32_t) c->count;
  if (l == NULL || !nbdi_may_begin (l, c)) {
    nbdi_flush (h);
    nbdi_nudge_driver (h);
    return;
  }
  /* The time of silence begins when a reply is first expected. */
  if (l->channel.watched && nbdi_load (l) == 0)
    nbdi_begin_silence (&l->channel);
  nbdi_give_command (l, c);
  send_or_hold (h, l);
  nbdi_open_link (h);
}

/* Let an accepted command begin. */
void
nbdi_begin_command (struct nbd_handle *h, struct nbdi_command *c)
{
  if (likely (c->list != &h->session.cmds.waiting))
    send_or_hold (h, &h->link);
  else
    begin_waiting (h, c);
}
