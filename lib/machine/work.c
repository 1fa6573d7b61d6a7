/* SPDX-License-Identifier: MIT */
/* The work that a connection is given: entries of the journal that are to
 * be sent again, and commands that wait. */

#include "machine/machine.h"

#include <errno.h>

/* The most entries of the journal in flight. */
#define MAX_ENTRIES 256

/* Whether a command must not be sent yet because a ghost overlaps it.  A
 * command that was sent before has a ghost of its own, and need not wait
 * for those of other commands; but entries of the journal are older, so it
 * waits for theirs. */
static bool
is_held (const struct nbdi_session *s, const struct nbdi_command *c)
{
  if (!nbdi_modifies (c->type))
    return false;
  return c->repeated
           ? nbdi_is_haunted_by_entry (&s->ghosts, c->offset, c->count)
           : nbdi_is_haunted (&s->ghosts, c->offset, c->count);
}

static bool
may_go (const struct nbdi_session *s, const struct nbdi_command *c)
{
  /* NBD_CMD_DISC is the last command. */
  if (!nbdi_is_answered (c->type))
    return c->prev == NULL && s->cmds.settling.first == NULL;
  return !is_held (s, c);
}

/* Whether a new command, the last of those that wait, can be sent at once. */
bool
nbdi_may_begin (const struct nbdi_link *l, const struct nbdi_command *c)
{
  const struct nbdi_session *s = l->session;

  return nbdi_serves (l) && s->cmds.waiting.nr == 1
         && s->cmds.settling.nr == 0 && nbdi_replay_done (&s->journal)
         && !is_held (s, c);
}

/* Whether the connection is there and can be given commands. */
bool
nbdi_serves (const struct nbdi_link *l)
{
  return l->joined && !l->dismissed && nbdi_link_in (l, NBDI_PHASE_CONNECTED);
}

size_t
nbdi_load (const struct nbdi_link *l)
{
  return l->lane.queue.nr + l->lane.sent.nr;
}

/* Whether another connection has less to do. */
static bool
others_have_less (const struct nbdi_link *l)
{
  for (const struct nbdi_link *o = l->next; o != l; o = o->next)
    if (nbdi_serves (o) && !o->sending.full && nbdi_load (o) < nbdi_load (l))
      return true;
  return false;
}

/* Whether this connection has to be given NBD_CMD_DISC although the program's
 * own was given to another one, or the program did not disconnect: the server
 * shuts down. */
bool
nbdi_must_leave (const struct nbdi_link *l)
{
  const struct nbdi_session *s = l->session;

  if (l->leaving || !s->lasting)
    return false;
  if (l->dismissed)
    return nbdi_load (l) == 0;
  return s->cmds.disconnect && s->cmds.waiting.nr == 0
         && s->cmds.settling.nr == 0;
}

/* Whether there is work for a connection that has sent everything. */
bool
nbdi_has_to_begin (struct nbdi_link *l)
{
  const struct nbdi_session *s = l->session;

  if (!nbdi_link_in (l, NBDI_PHASE_CONNECTED))
    return false;
  if (l->dismissed)
    return nbdi_must_leave (l);
  if (!l->joined || !nbdi_replay_done (&s->journal) || s->unwritten_errno != 0
      || nbdi_must_leave (l))
    return true;
  for (struct nbdi_command *c = s->cmds.waiting.first; c; c = c->next)
    if (may_go (s, c))
      return !others_have_less (l);
  return false;
}

/* Give a connection a command, which waited or is new. */
void
nbdi_give_command (struct nbdi_link *l, struct nbdi_command *c)
{
  nbdi_translate_filter (c, &l->session->export, l->told);
  nbdi_move_command (c, &l->lane.queue);
  l->leaving = !nbdi_is_answered (c->type);
}

/* Give a connection the commands that wait, as long as no other one has
 * less to do.  Nothing is sent before the server has accepted the journal.
 * Fails if there is no memory to disconnect in order. */
int
nbdi_take_work (struct nbdi_link *l)
{
  struct nbdi_session *s = l->session;
  struct nbdi_command *c, *next;

  if (!l->dismissed && (!l->joined || !nbdi_replay_done (&s->journal)))
    return 0;
  for (c = s->cmds.waiting.first;
       c != NULL && nbdi_serves (l) && !others_have_less (l); c = next) {
    next = c->next;
    if (may_go (s, c))
      nbdi_give_command (l, c);
  }
  if (nbdi_must_leave (l)) {
    const struct nbdi_command leave = { .type = NBD_CMD_DISC };
    if (nbdi_add_own_command (s, &leave, &l->lane.queue) == -1)
      return -1;
    l->leaving = true;
  }
  return 0;
}

/* The same for the journal, which was acknowledged before the outage.
 * FAILED: no memory, or the server refused an entry.  WAIT: replies must
 * come first. READY: all of it is sent. */
int
nbdi_take_entries (struct nbdi_link *l)
{
  struct nbdi_session *s = l->session;
  struct nbdi_journal *j = &s->journal;

  if (s->unwritten_errno != 0) {
    nbdi_error (s->unwritten_errno, "%s",
                s->unwritten ? s->unwritten : "the journal was refused");
    return NBDI_IO_FAILED;
  }
  while (l->lane.queue.nr + l->lane.sent.nr < MAX_ENTRIES) {
    struct nbdi_entry *e = nbdi_next_to_write (j);
    if (e == NULL)
      break;
    struct nbdi_command c = {
      .type = e->type,
      .flags = e->flags,
      .offset = e->range.offset,
      .count = e->range.count,
      .data = e->data,
      .wire_length = e->data ? (uint32_t) e->range.count : 0,
      .entry = e,
    };
    if (nbdi_add_own_command (s, &c, &l->lane.queue) == -1)
      return NBDI_IO_FAILED;
  }
  return nbdi_replay_done (j) ? NBDI_IO_READY : NBDI_IO_WAIT;
}
