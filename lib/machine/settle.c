/* SPDX-License-Identifier: MIT */
/* What the library records when replies arrive, so that an outage loses
 * nothing: see libnbd-reconnect(3). */

#include "machine/machine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

/* After the first handshake: decide whether a journal is needed. */
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

/* Fail the commands that wait for a flush. */
static void
fail_settling (struct nbdi_session *s, int error, const char *why)
{
  struct nbdi_command *c;

  while ((c = s->cmds.settling.first) != NULL) {
    nbdi_fail_command (s, c, error, "the write was carried out, but %s", why);
    nbdi_complete_command (s, c);
  }
}

/* Issue a flush of the library's own, unless one is in flight.  Without
 * memory, only commands that wait for it fail; the journal asks again with
 * the next reply. */
void
nbdi_ask_flush (struct nbdi_session *s)
{
  if (s->own_flush)
    return;
  const struct nbdi_command c = { .type = NBD_CMD_FLUSH };

  s->own_flush = nbdi_add_own_command (s, &c, &s->cmds.waiting) == 0;
  if (s->own_flush)
    nbdi_flush_asked (&s->pace);
  else
    fail_settling (s, ENOMEM,
                   "there is no memory for the flush that has to "
                   "follow");
}

/* The same if nothing waits for the flush: send it together with the next
 * command of the program.  Alone it would cost a system call, and wake the
 * server. */
static void
queue_flush (struct nbdi_link *l)
{
  struct nbdi_session *s = l->session;
  const struct nbdi_command c = { .type = NBD_CMD_FLUSH };

  if (s->own_flush || s->cmds.waiting.nr > 0 || s->cmds.disconnect
      || !nbdi_serves (l)
      || nbdi_add_own_command (s, &c, &l->lane.queue) == -1)
    nbdi_ask_flush (s);
  else {
    s->own_flush = true;
    nbdi_flush_asked (&s->pace);
  }
}

/* Whether it is time for a flush of the library's own. */
static bool
flush_is_due (struct nbdi_session *s)
{
  const struct nbdi_journal *j = &s->journal;
  uint64_t bytes = nbdi_journal_bytes (j);

  return nbdi_journal_wants_flush (j)
         || (j->copies && bytes >= s->pace.look
             && nbdi_pace_allows (&s->pace, bytes, nbdi_now ()));
}

/* All commands that were acknowledged before this flush was sent are
 * durable. */
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

/* A flush that the program does not wait for was answered.  If it failed, the
 * next flush of the program fails; and if it was the library's own, and not
 * the shadow of one that ended early, also the commands that waited for it. */
static void
flush_answered (struct nbdi_session *s, const struct nbdi_command *flush)
{
  if (!flush->shadow) {
    s->own_flush = false;
    nbdi_flush_answered (&s->pace, flush->error != 0);
  }
  if (flush->error == 0) {
    flush_succeeded (s, flush);
    return;
  }
  s->flush_error = flush->error;
  if (!flush->shadow)
    fail_settling (s, flush->error, "the flush that had to follow failed");
}

/* The server refused an entry of the journal, which it had accepted before. */
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

/* The reply to a command of the library's own. */
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
  else if (nbdi_settles (c->type))
    flush_answered (s, c);
  nbdi_retire_command (s, c);
}

/* A flush of the program reports the error of an earlier flush that reported
 * it to nobody, or a loss by an outage. */
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

/* Put a modifying command into the journal.  True if it can complete. */
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

/* A reply shows that the server still runs: connections that were made
 * since then may join. */
static void
show_life (struct nbdi_link *l, const struct nbdi_command *c)
{
  for (struct nbdi_link *o = l->next; o != l; o = o->next)
    if (!o->joined && c->cookie > o->after)
      o->proved = true;
}

/* A reply shows that the server works: the outage is over. */
static void
server_works (struct nbdi_link *l)
{
  l->attempt.pause = 0;
  l->attempt.silent = 0;
  l->reach.doubtful = false;
  nbdi_end_outage (l->session);
}

/* The final reply to a command came on a handle that stays connected.  True if
 * the command is to be completed now.
 *
 * That the server accepts some of the journal again does not end an outage:
 * if the connection were lost at each command after that, it would be made
 * again without limit. */
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

/* Begin to send the journal again: only it holds the commands that were
 * reported as done.  Commands that wait for a flush are sent again
 * themselves; and if payloads are not copied, the next flush has to report
 * the loss. */
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

/* A flush is about to be sent: record what it covers. */
void
nbdi_flush_begins (struct nbdi_session *s, struct nbdi_command *c)
{
  c->covers = s->journal.last_seq;
  c->number = ++s->nr_flushes;
  if (c->internal)
    nbdi_flush_left (&s->pace, nbdi_now ());
}
