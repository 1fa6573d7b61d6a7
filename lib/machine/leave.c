/* SPDX-License-Identifier: MIT */
/* Leaving a connection that is lost, and taking back its commands. */

#include "machine/machine.h"
#include "session/finish.h"

/* Reset all that belonged to the old connection. */
void
nbdi_drop_connection (struct nbdi_link *l)
{
  l->sending.begun = 0;
  l->sending.full = l->sending.disconnect = l->leaving = false;
  l->sending.broken_errno = 0;
  free (l->sending.broken_text);
  l->sending.broken_text = NULL;
  l->reply.command = NULL;
  nbdi_forget_entries (l);
  nbdi_free_buffers (l);
  nbdi_tls_free (&l->channel);
  nbdi_close_socket (&l->channel);
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

static void
take_back (struct nbdi_link *l, struct nbdi_command *c, uint64_t expires)
{
  struct nbdi_session *s = l->session;

  leave_ghost (l, c, expires);
  /* The final reply, an error, came while the payload was being sent. */
  if (c->answered && c->error != 0 && !c->internal)
    nbdi_complete_command (s, c);
  else if (c->internal)
    take_own_back (s, c);
  else {
    c->repeated |= c->begun;
    s->nr_replayed += c->begun;
    nbdi_begin_again (c);
    nbdi_translate_filter (c, l->told, &s->export);
    nbdi_return_command (s, c);
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
