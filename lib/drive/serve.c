/* SPDX-License-Identifier: MIT */
/* Running the machine of a link, with data that was received and with
 * requests that are to be sent. */

#include "drive/drive.h"

/* Let the machine consume what is in the buffer and, at most `receives`
 * times, what the socket has, until `limit` commands have completed (0 = no
 * limit). */
void
nbdi_serve (struct nbd_handle *h, struct nbdi_link *l, unsigned receives,
            unsigned limit)
{
  l->in.stop = false;
  l->channel.receives = l->sending.broken_errno == 0 ? receives
                                                     : NBDI_MAX_RECEIVES;
  l->limit = limit;
  if (receives > 0)
    nbdi_event (l, NBDI_EVENT_NOTIFY_READ);
  nbdi_run (l);
  l->limit = 0;
  if (unlikely (nbdi_turn_counts (&h->session.pace)))
    nbdi_end_turn (&h->session.pace, h->session.journal.last_seq,
                   nbdi_now ());
  /* Sending failed earlier.  Now all replies that were received are served. */
  if (l->sending.broken_errno != 0 && !l->in.stop)
    nbdi_event (l, NBDI_EVENT_BREAK);
  l->in.stop = true;
  /* Requests are held back only while others are in flight, or until these
   * are answered. */
  if (l->lane.sent.nr == 0 || unlikely (h->session.cmds.waiting.nr > 0))
    nbdi_flush (h);
  else if (unlikely (h->session.own_flush) && l->lane.queue.nr > 0)
    nbdi_event (l, NBDI_EVENT_QUEUED);
  if (h->session.cmds.nr_pending == 0) {
    nbdi_trim_commands (&h->session);
    if (h->session.journal.nr == 0)
      nbdi_rest_journal (&h->session.journal);
    nbdi_shrink_buffers (l);
  }
}

/* Run the machines of all links, without reading sockets.  The limit holds
 * for all links together. */
void
nbdi_serve_all (struct nbd_handle *h, unsigned limit)
{
  uint64_t completed = h->session.cmds.nr_completed;

  NBDI_EACH_LINK (h, l)
  if (limit == 0 || h->session.cmds.nr_completed == completed)
    nbdi_serve (h, l, 0, limit);
}

/* Give a link work; true if there was any. */
static bool
flush_link (struct nbdi_link *l)
{
  const struct nbdi_session *s = l->session;

  if (l->sending.full)
    return false;
  if (l->lane.queue.nr == 0
      && (likely (!nbdi_may_have_to_wait (s)) || !nbdi_has_to_begin (l)))
    return false;
  nbdi_event (l, NBDI_EVENT_FLUSH);
  return true;
}

/* Send what is held back or waits, unless the sockets are known to be full.
 * Several links take work in turn. */
void
nbdi_flush (struct nbd_handle *h)
{
  bool again;

  if (unlikely (h->link.next != &h->link))
    nbdi_share_fate (h);
  do {
    size_t waiting = h->session.cmds.waiting.nr;
    NBDI_EACH_LINK (h, l)
    flush_link (l);
    again = h->session.cmds.waiting.nr < waiting && waiting > 0;
  } while (unlikely (again));
}

/* Whether requests, or parts of them, are not sent yet. */
bool
nbdi_has_to_send (const struct nbdi_link *l)
{
  return nbdi_link_in (l, NBDI_PHASE_CONNECTED)
         && (nbdi_wanted_direction (l) & LIBNBD_AIO_DIRECTION_WRITE) != 0;
}

/* The socket is writable, or may be. */
void
nbdi_writable (struct nbdi_link *l)
{
  l->sending.full = false;
  nbdi_flush_transport (&l->channel);
  nbdi_event (l, NBDI_EVENT_NOTIFY_WRITE);
}
