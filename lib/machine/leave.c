/* SPDX-License-Identifier: MIT */
/* Leaving a connection that is lost, and taking back its commands. */

#include "machine/machine.h"
#include "session/finish.h"

/* Whether a list ends with NBD_CMD_DISC of the program. */
static bool
ends_with_disconnect (const struct nbdi_list *list)
{
  const struct nbdi_command *c = list->last;

  return c != NULL && !nbdi_is_answered (c->type) && !c->internal;
}

/* Whether the program disconnects, and nothing else is left to do. */
bool
nbdi_has_left (const struct nbdi_link *l)
{
  const struct nbdi_commands *cmds = &l->session->cmds;
  size_t leaving = ends_with_disconnect (&cmds->waiting)
                   || ends_with_disconnect (&l->lane.queue);

  return cmds->disconnect && nbdi_is_patient (l)
         && cmds->nr_pending - cmds->nr_internal <= leaving;
}

/* The server closed the connection in order.  Whether that is an outage. */
bool
nbdi_comes_back (const struct nbdi_link *l)
{
  return nbdi_is_patient (l) && !nbdi_has_left (l);
}

/* Reset all that belonged to the old connection. */
void
nbdi_drop_connection (struct nbdi_link *l)
{
  l->sending.begun = 0;
  l->sending.full = l->sending.disconnect = false;
  l->leaving = l->dismissed = false;
  l->sending.broken_errno = 0;
  free (l->sending.broken_text);
  l->sending.broken_text = NULL;
  l->reply.command = NULL;
  nbdi_forget_entries (l);
  nbdi_free_buffers (l);
  nbdi_tls_free (&l->channel);
  nbdi_close_socket (&l->channel);
  nbdi_close_passed (&l->reach);
}

/* Leave a ghost: the server may still carry out a command of which a byte
 * was sent. */
static void
leave_ghost (struct nbdi_link *l, struct nbdi_command *c, uint64_t expires)
{
  struct nbdi_session *s = l->session;

  if (c->ghost != NULL)
    nbdi_lose_shadow (&s->ghosts, c->ghost, expires, l->witness);
  else if (c->begun && c->entry != NULL)
    nbdi_add_entry_ghost (&s->ghosts, c->offset, c->count, expires,
                          l->witness);
  else if (c->begun && nbdi_modifies (c->type))
    nbdi_add_ghost (&s->ghosts, c->offset, c->count, expires, l->witness);
  c->ghost = NULL;
}

/* Retire the library's own command; it will be issued again, except that
 * nobody waits for a shadow. */
static void
take_own_back (struct nbdi_session *s, struct nbdi_command *c)
{
  struct nbdi_entry *entry = c->entry;
  bool flush = entry == NULL && nbdi_settles (c->type) && !c->shadow;

  nbdi_retire_command (s, c);
  if (entry != NULL)
    nbdi_write_again (&s->journal, entry);
  if (flush) {
    s->own_flush = false;
    nbdi_ask_flush (s);
  }
}

/* Let the program's command wait for a connection again. */
static void
give_back (struct nbdi_link *l, struct nbdi_command *c)
{
  struct nbdi_session *s = l->session;

  nbdi_begin_again (c);
  nbdi_translate_filter (c, l->told, &s->export);
  nbdi_return_command (s, c);
}

static void
take_back (struct nbdi_link *l, struct nbdi_command *c, uint64_t expires)
{
  struct nbdi_session *s = l->session;

  leave_ghost (l, c, expires);
  /* The final reply, an error, came while the payload was being sent. */
  if (c->answered && c->error != 0 && !c->internal && !c->refused)
    nbdi_complete_command (s, c);
  else if (c->internal)
    take_own_back (s, c);
  else {
    c->repeated |= c->begun;
    s->nr_replayed += c->begun;
    give_back (l, c);
  }
}

/* The server shuts down, and has refused the command for that reason: let it
 * wait for another connection.  This one gets no more commands, and is left
 * when the others have been answered. */
void
nbdi_take_refused_back (struct nbdi_link *l, struct nbdi_command *c)
{
  struct nbdi_session *s = l->session;

  l->dismissed = true;
  if (c->ghost != NULL)
    nbdi_lay_shadow (&s->ghosts, c->ghost);
  c->ghost = NULL;
  if (c->internal)
    take_own_back (s, c);
  else
    give_back (l, c);
}

/* The same for commands of which no byte was sent. */
void
nbdi_take_unsent_back (struct nbdi_link *l)
{
  struct nbdi_command *c, *next;

  for (c = l->lane.queue.first; c != NULL; c = next) {
    next = c->next;
    if (c->begun || !nbdi_is_answered (c->type))
      continue;
    if (c->internal)
      take_own_back (l->session, c);
    else
      give_back (l, c);
  }
}

/* The connection is gone: let its commands wait for another one. */
void
nbdi_take_commands_back (struct nbdi_link *l)
{
  struct nbdi_session *s = l->session;
  uint64_t expires = nbdi_quarantine_ends (s);

  while (l->lane.sent.first != NULL)
    take_back (l, l->lane.sent.first, expires);
  while (l->lane.queue.first != NULL)
    take_back (l, l->lane.queue.first, expires);
  nbdi_put_witness (l->witness);
  l->witness = NULL;
  l->joined = false;
  nbdi_lay_ghosts (&s->ghosts, nbdi_now ());
}
