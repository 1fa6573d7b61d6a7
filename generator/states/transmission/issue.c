/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

/* Send the queued requests, many in one call if possible. */
GROUP (TRANSMISSION.ISSUE)
  WHEN ("while requests were sent to it")
  SPEC ("Request message")

/* All queued requests are sent. */
STATE (START)
  IDLE
  ON (QUEUED -> HOLD)
  ON (FLUSH -> SEND)
  GOES_TO (JOURNAL, STAND_BY)
{
  if (nbdi_must_stand_by (l))
    return NEXT (STAND_BY);
  return unlikely (!nbdi_replay_done (&s->journal)) && !l->dismissed
           ? NEXT (JOURNAL)
           : WAIT;
}

/* Another connection is in use: wait until it has shown that the server was
 * not restarted meanwhile, or until there is none. */
STATE (STAND_BY)
  IDLE
  ON (FLUSH -> STAND_BY)
  GOES_TO (JOURNAL)
{
  return nbdi_joins (l) ? NEXT (JOURNAL) : WAIT;
}

/* After an outage send the journal again, and nothing else before the
 * server has accepted it. */
STATE (JOURNAL)
  IDLE
  ON (FLUSH -> JOURNAL)
  CONSUMES (an entry of the journal)
  GOES_TO (SEND, START)
{
  if (l->dismissed)
    return NEXT (SEND);
  switch (nbdi_take_entries (l)) {
  case NBDI_IO_READY:
    return s->cmds.waiting.nr + l->lane.queue.nr > 0 ? NEXT (SEND)
                                                     : NEXT (START);
  case NBDI_IO_WAIT: break;
  default: return FAILED;
  }
  return l->lane.queue.nr > 0 ? NEXT (SEND) : WAIT;
}

/* Hold requests back, to send later ones with them, or until the socket has
 * room. */
STATE (HOLD)
  IDLE
  ON (FLUSH -> SEND)
  ON (NOTIFY_WRITE -> SEND)
{
  return WAIT;
}

/* Send as much of the queue as the socket takes. */
STATE (SEND)
  ON (NOTIFY_WRITE -> SEND)
  GOES_TO (START, HOLD, SHUT_WRITE, BROKEN)
{
  if (unlikely (l->dismissed))
    nbdi_take_unsent_back (l);
  if (unlikely (nbdi_may_have_to_wait (s)) && nbdi_take_work (l) == -1)
    return GONE;
  switch (nbdi_send_queue (l)) {
  case NBDI_IO_READY:
    return l->sending.disconnect ? NEXT (SHUT_WRITE) : NEXT (START);
  case NBDI_IO_WAIT:
    if (l->sending.begun == 0 && !nbdi_transport_unsent (&l->channel))
      return NEXT (HOLD);
    return WAIT;
  default: return NEXT (BROKEN);
  }
}

/* The disconnect request was the last: shut the socket down for writing.  A
 * server that shuts down may come back. */
STATE (SHUT_WRITE)
  ON (NOTIFY_WRITE -> SHUT_WRITE)
  SPEC ("Terminating the transmission phase")
  GOES_TO (DONE)
{
  if (l->channel.transport->shutdown_write (&l->channel) == NBDI_IO_WAIT)
    return WAIT;
  if (l->dismissed) {
    nbdi_error (0, "the server is shutting down");
    return GONE;
  }
  return NEXT (DONE);
}

/* Nothing is sent any more: wait for the server to close the connection. */
STATE (DONE)
  IDLE
  FINAL
{
  return WAIT;
}

/* Sending failed.  Replies that were received before are served first. */
STATE (BROKEN)
  IDLE
  ON (BREAK -> FAIL)
  ON (NOTIFY_WRITE -> BROKEN)
{
  return WAIT;
}

/* All received replies are served: report why sending failed. */
STATE (FAIL)
{
  if (l->sending.broken_text != NULL) {
    nbdi_error (0, "%s", l->sending.broken_text);
    nbdi_set_last_errno (l->sending.told_errno);
    return l->sending.lost ? GONE : FAILED;
  }
  nbdi_lost (l, l->sending.broken_errno, "send");
  return GONE;
}
