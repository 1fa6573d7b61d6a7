/* SPDX-License-Identifier: MIT */
/* What has to be remembered of replies, and done about them, so that an
 * outage loses nothing: see libnbd-reconnect(3). */

#include "machine/machine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

/* The promise is made: does it need a journal? */
void
nbdi_open_journal (struct nbdi_session *s)
{
  const struct nbdi_settings *set = &s->settings;

  s->journal.size = set->journal_size;
  s->journal.copies = set->unflushed_policy == LIBNBD_UNFLUSHED_JOURNAL;
  nbdi_restart_pace (&s->pace);
  s->journalled = s->lasting && set->reconnect_timeout != 0
                  && set->unflushed_policy != LIBNBD_UNFLUSHED_TRUST
                  && (s->export.flags & NBD_FLAG_SEND_FLUSH) != 0
                  && (s->export.flags & NBD_FLAG_READ_ONLY) == 0;
}

/* What waits for a flush will not have it. */
static void
fail_settling (struct nbdi_session *s, int error, const char *why)
{
  struct nbdi_command *c;

  while ((c = s->cmds.settling.first) != NULL) {
    nbdi_fail_command (s, c, error, "the write was carried out, but %s", why);
    nbdi_complete_command (s, c);
  }
}

/* Have a flush of our own sent, unless one is under way.  Without memory only
 * what waits for it has to know: the journal asks again with the next reply. */
void
nbdi_ask_flush (struct nbdi_session *s)
{
  if (s->own_flush)
    return;
  const struct nbdi_command c = { .type = NBD_CMD_FLUSH };

  s->own_flush = nbdi_add_own_command (s, &c, &s->cmds.waiting) == 0;
  if (!s->own_flush)
    fail_settling (s, ENOMEM,
                   "there is no memory for the flush that has to "
                   "follow");
}

/* Likewise, but nothing waits for it: let it go out with what the program will
 * ask for next.  Alone it costs a system call, and wakes the server. */
static void
queue_flush (struct nbdi_link *l)
{
  struct nbdi_session *s = l->session;
  const struct nbdi_command c = { .type = NBD_CMD_FLUSH };

  if (s->own_flush || s->cmds.waiting.nr > 0 || s->cmds.disconnect
      || !nbdi_serves (l)
      || nbdi_add_own_command (s, &c, &l->lane.queue) == -1)
    nbdi_ask_flush (s);
  else
    s->own_flush = true;
}

/* Whether it is time for one. */
static bool
flush_is_due (struct nbdi_session *s)
{
  const struct nbdi_journal *j = &s->journal;
  uint64_t bytes = nbdi_journal_bytes (j);

  return nbdi_journal_wants_flush (j)
         || (j->copies && bytes >= s->pace.look
             && nbdi_pace_allows (&s->pace, bytes, nbdi_now ()));
}

/* All that was acknowledged before this flush was sent is durable. */
static void
flush_succeeded (struct nbdi_session *s, const struct nbdi_command *flush)
{
  struct nbdi_command *c;

  nbdi_settle (&s->journal, flush->covers);
  nbdi_restart_pace (&s->pace);
  while ((c = s->cmds.settling.first) != NULL && c->covers < flush->number)
    nbdi_complete_command (s, c);
  if (s->cmds.settling.first != NULL)
    nbdi_ask_flush (s);
}

/* A flush of ours failed: so does what waited for it, or else the next flush
 * of the program. */
static void
flush_failed (struct nbdi_session *s, const struct nbdi_command *flush)
{
  s->flush_error = flush->error;
  fail_settling (s, flush->error, "the flush that had to follow failed");
}

/* The server refused to take again what it took before. */
static void
entry_failed (struct nbdi_session *s, const struct nbdi_command *c)
{
  if (s->unwritten != NULL)
    return;
  if (asprintf (&s->unwritten,
                "%" PRIu64 " bytes at offset %" PRIu64 " that were written "
                "before the outage could not be written again: %s",
                c->count, c->offset, c->why ? c->why : strerror (c->error))
      == -1)
    s->unwritten = NULL;
  s->unwritten_errno = EIO;
}

/* The reply to what the library asked for itself. */
static void
own_reply (struct nbdi_link *l, struct nbdi_command *c)
{
  struct nbdi_session *s = l->session;

  if (c->ghost != NULL)
    nbdi_lay_shadow (&s->ghosts, c->ghost);
  else if (c->entry != NULL) {
    if (c->error != 0)
      entry_failed (s, c);
    nbdi_was_written (&s->journal, c->entry);
    s->nr_replayed++;
  }
  else if (nbdi_settles (c->type)) {
    s->own_flush = false;
    nbdi_flush_answered (&s->pace, s->journal.last_seq, nbdi_now (),
                         c->error != 0);
    if (c->error == 0)
      flush_succeeded (s, c);
    else
      flush_failed (s, c);
  }
  nbdi_retire_command (s, c);
}

/* A flush of the program tells what one of ours has met, or the outage. */
static void
program_flushed (struct nbdi_session *s, struct nbdi_command *c)
{
  flush_succeeded (s, c);
  if (s->flush_error != 0) {
    nbdi_fail_command (s, c, s->flush_error,
                       "a flush that the library sent before had failed");
    s->flush_error = 0;
  }
  if (s->unsettled != NULL) {
    nbdi_fail_command (s, c, EIO, "%s", s->unsettled);
    free (s->unsettled);
    s->unsettled = NULL;
  }
}

/* Whether a modifying command can complete, for it is remembered. */
static bool
remember (struct nbdi_link *l, struct nbdi_command *c)
{
  struct nbdi_session *s = l->session;
  bool done = nbdi_add_entry (&s->journal, c->type, c->flags, c->offset,
                              c->count, c->data);

  if (!done) {
    c->covers = s->nr_flushes;
    nbdi_move_command (c, &s->cmds.settling);
    nbdi_ask_flush (s);
  }
  else if (!s->own_flush && flush_is_due (s))
    queue_flush (l);
  return done;
}

/* The server lives: connections that have come since may rely on it. */
static void
show_life (struct nbdi_link *l, const struct nbdi_command *c)
{
  for (struct nbdi_link *o = l->next; o != l; o = o->next)
    if (!o->joined && c->cookie > o->after)
      o->proved = true;
}

/* The server does what it is asked for. */
static void
server_works (struct nbdi_link *l)
{
  l->attempt.pause = 0;
  l->attempt.silent = 0;
  l->reach.doubtful = false;
  nbdi_end_outage (l->session);
}

/* The final reply to a command came on a handle that stays connected.  True:
 * the program is to be told now.
 *
 * That the server takes some of the journal again ends no outage: one that is
 * lost with each command that comes after it would be tried for ever. */
bool
nbdi_account_reply (struct nbdi_link *l, struct nbdi_command *c)
{
  struct nbdi_session *s = l->session;

  show_life (l, c);
  if (c->internal) {
    bool again = c->entry != NULL;
    own_reply (l, c);
    if (!again || !nbdi_has_to_begin (l))
      server_works (l);
    return false;
  }
  server_works (l);
  if (c->error != 0)
    return true;
  if (nbdi_settles (c->type))
    program_flushed (s, c);
  else if (s->journalled && nbdi_modifies (c->type))
    return remember (l, c);
  return true;
}

/* Only the journal knows now what the program was told is done.  What is not in
 * it goes again; and where nothing is copied, the next flush has to tell. */
void
nbdi_begin_journal (struct nbdi_session *s)
{
  struct nbdi_journal *j = &s->journal;
  const struct nbdi_entry *e = nbdi_first_unsettled (j);

  while (s->cmds.settling.first != NULL) {
    s->cmds.settling.first->repeated = true;
    s->nr_replayed++;
    nbdi_begin_again (s->cmds.settling.first);
    nbdi_return_command (s, s->cmds.settling.first);
  }
  if (j->copies || e == NULL) {
    nbdi_begin_replay (j);
    return;
  }
  if (s->unsettled == NULL
      && asprintf (&s->unsettled,
                   "the server was lost before what was written was flushed, "
                   "first of all %" PRIu64 " bytes at offset %" PRIu64,
                   e->range.count, e->range.offset)
           == -1)
    s->unsettled = NULL;
  s->flush_error = s->unsettled ? 0 : EIO;
  nbdi_settle (j, j->last_seq);
}

/* A flush is about to go out: what it will cover. */
void
nbdi_flush_begins (struct nbdi_session *s, struct nbdi_command *c)
{
  c->covers = s->journal.last_seq;
  c->number = ++s->nr_flushes;
  if (c->internal)
    nbdi_flush_left (&s->pace, c->covers, nbdi_now ());
}
