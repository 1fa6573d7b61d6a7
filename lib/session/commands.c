/* SPDX-License-Identifier: MIT */
/* Commands from acceptance to retirement.  A command is found by its cookie
 * in constant time, however many there are and in whatever order replies
 * arrive. */

#include "session/finish.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* How many spare commands are kept for reuse; and how many of them, and
 * which size of the table, are kept when nothing is in flight. */
#define MAX_SPARE 64
#define IDLE_SPARE 2
#define IDLE_TABLE 64

static struct nbdi_command **
slot (const struct nbdi_commands *cmds, uint64_t cookie)
{
  return &cmds->table[cookie & (cmds->table_size - 1)];
}

/* Cookies are consecutive, so chains are short as long as the table is no
 * smaller than the number of commands in it. */
static int
grow_table (struct nbdi_commands *cmds)
{
  size_t size = cmds->table_size ? cmds->table_size * 2 : 16;
  struct nbdi_command **old = cmds->table;
  size_t old_size = cmds->table_size;
  struct nbdi_command **table = calloc (size, sizeof *table);

  if (table == NULL) {
    nbdi_error (errno, "table of %zu commands", size);
    return -1;
  }
  cmds->table = table;
  cmds->table_size = size;
  for (size_t i = 0; i < old_size; i++) {
    struct nbdi_command *c, *next;
    for (c = old[i]; c != NULL; c = next) {
      next = c->chain;
      c->chain = *slot (cmds, c->cookie);
      *slot (cmds, c->cookie) = c;
    }
  }
  free (old);
  return 0;
}

struct nbdi_command *
nbdi_new_command (struct nbdi_session *s)
{
  struct nbdi_command *c = s->cmds.spare;

  if (c != NULL) {
    s->cmds.spare = c->next;
    s->cmds.nr_spare--;
    memset (c, 0, sizeof *c);
    return c;
  }
  c = calloc (1, sizeof *c);
  if (c == NULL)
    nbdi_error (errno, "command");
  return c;
}

/* Put a command, which must be in no list, into this one: after `prev`, or
 * first if that is NULL. */
static void
insert (struct nbdi_list *list, struct nbdi_command *c,
        struct nbdi_command *prev)
{
  c->list = list;
  c->prev = prev;
  c->next = prev ? prev->next : list->first;
  if (prev)
    prev->next = c;
  else
    list->first = c;
  if (c->next)
    c->next->prev = c;
  else
    list->last = c;
  list->nr++;
  list->bytes += c->wire_length;
}

static void
unlink_command (struct nbdi_command *c)
{
  struct nbdi_list *list = c->list;

  if (list == NULL)
    return;
  c->list = NULL;
  if (c->prev)
    c->prev->next = c->next;
  else
    list->first = c->next;
  if (c->next)
    c->next->prev = c->prev;
  else
    list->last = c->prev;
  list->nr--;
  list->bytes -= c->wire_length;
}

/* Move a command to the end of another list. */
void
nbdi_move_command (struct nbdi_command *c, struct nbdi_list *to)
{
  unlink_command (c);
  insert (to, c, to->last);
}

/* Reset a command, so that it can be sent again from the beginning. */
void
nbdi_begin_again (struct nbdi_command *c)
{
  c->begun = c->sent = c->answered = c->refused = false;
  c->mark = c->received = c->status_seen = c->nr_told = 0;
  c->error = 0;
  free (c->why);
  c->why = NULL;
}

/* Put a command among those that wait for a connection, in the order in
 * which they were accepted. */
void
nbdi_return_command (struct nbdi_session *s, struct nbdi_command *c)
{
  struct nbdi_list *waiting = &s->cmds.waiting;
  struct nbdi_command *prev = waiting->last;

  unlink_command (c);
  while (prev != NULL && prev->cookie > c->cookie)
    prev = prev->prev;
  insert (waiting, c, prev);
}

/* Give the command its cookie and put it at the end of a list. */
int
nbdi_add_command (struct nbdi_session *s, struct nbdi_command *c,
                  struct nbdi_list *to)
{
  struct nbdi_commands *cmds = &s->cmds;

  if (cmds->nr_table >= cmds->table_size && grow_table (cmds) == -1)
    return -1;
  c->cookie = ++cmds->last_cookie;
  c->chain = *slot (cmds, c->cookie);
  *slot (cmds, c->cookie) = c;
  cmds->nr_table++;
  cmds->nr_pending++;
  insert (to, c, to->last);
  return 0;
}

/* Add a command of the library's own.  The program is not told when it
 * ends. */
int
nbdi_add_own_command (struct nbdi_session *s, const struct nbdi_command *init,
                      struct nbdi_list *to)
{
  struct nbdi_command *c = nbdi_new_command (s);

  if (c == NULL)
    return -1;
  *c = *init;
  c->internal = true;
  if (nbdi_add_command (s, c, to) == -1) {
    free (c);
    return -1;
  }
  s->cmds.nr_internal++;
  return 0;
}

/* The chain in the table for this cookie. */
static struct nbdi_command *
first_of (const struct nbdi_session *s, uint64_t cookie)
{
  return s->cmds.table_size > 0 ? *slot (&s->cmds, cookie) : NULL;
}

/* The command that the program knows by this cookie. */
struct nbdi_command *
nbdi_lookup_command (const struct nbdi_session *s, uint64_t cookie)
{
  struct nbdi_command *c = first_of (s, cookie);

  while (c != NULL && (c->cookie != cookie || c->internal))
    c = c->chain;
  return c;
}

/* The command that a reply can belong to: one of this lane, at least partly
 * sent, without a final reply.  It may be the shadow of the command that
 * the program knows. */
struct nbdi_command *
nbdi_find_command (struct nbdi_session *s, const struct nbdi_lane *lane,
                   uint64_t cookie)
{
  struct nbdi_command *c = first_of (s, cookie);

  while (c != NULL
         && (c->cookie != cookie
             || (c->list != &lane->sent && c->list != &lane->queue)))
    c = c->chain;
  return c != NULL && c->begun && !c->answered && nbdi_is_answered (c->type)
           ? c
           : NULL;
}

/* The completion callback replaced the error. */
static void
replace_error (struct nbdi_command *c, int error)
{
  if (error == 0 || error == c->error)
    return;
  c->error = error;
  free (c->why);
  c->why = strdup ("the completion callback said so");
}

/* The command has ended: tell the program, once. */
void
nbdi_complete_command (struct nbdi_session *s, struct nbdi_command *c)
{
  struct nbdi_commands *cmds = &s->cmds;

  nbdi_finish_command (s, c);
  c->completed = true;
  cmds->nr_completed++;
  cmds->nr_pending--;
  unlink_command (c);
  /* Only the thread in the blocking call gets its result. */
  if (c->waiter) {
    c->waiter->done = true;
    nbdi_wake (c->waiter);
    return;
  }
  insert (&cmds->completed, c, cmds->completed.last);
  if (c->disowned) {
    nbdi_retire_command (s, c);
    return;
  }
  if (c->completion.callback) {
    int error = c->error;
    int r = NBDI_CALLBACK (c->completion.callback (c->completion.user_data,
                                                   &error));
    if (r == 1) {
      nbdi_retire_command (s, c);
      return;
    }
    if (r == -1)
      replace_error (c, error);
  }
}

static void
free_closures (struct nbdi_command *c)
{
  /* This may be another member of the union: all are freed alike. */
  NBDI_FREE (&c->chunk);
  NBDI_FREE (&c->completion);
}

/* Forget a command and free its closures. */
void
nbdi_retire_command (struct nbdi_session *s, struct nbdi_command *c)
{
  struct nbdi_commands *cmds = &s->cmds;
  struct nbdi_command **p = slot (cmds, c->cookie);

  while (*p != c)
    p = &(*p)->chain;
  *p = c->chain;
  cmds->nr_table--;
  if (!c->completed)
    cmds->nr_pending--;
  if (c->internal)
    cmds->nr_internal--;
  unlink_command (c);
  free_closures (c);
  free (c->filter);
  free (c->own);
  free (c->why);
  if (cmds->nr_spare < MAX_SPARE) {
    c->next = cmds->spare;
    cmds->spare = c;
    cmds->nr_spare++;
  }
  else
    free (c);
}

/* The thread that waits for the command ends, and with it the buffer and
 * what the closures use.  The server will still reply, and must get the
 * whole payload; keep the payload if it may be sent again.  Fails if there
 * is no memory for a buffer in place of the program's. */
int
nbdi_disown_command (struct nbdi_command *c, bool again)
{
  bool to_send = nbdi_sends_data (c->type) && (!c->sent || again);

  if (nbdi_gets_data (c->type) || to_send) {
    c->own = malloc (c->count + 1);
    if (c->own == NULL)
      return -1;
    if (to_send)
      memcpy (c->own, c->data, c->count);
  }
  c->data = c->own;
  c->initialize = false;
  c->disowned = true;
  c->waiter = NULL;
  free_closures (c);
  return 0;
}

/* A command of which a part was sent is completed for the program.  Its
 * shadow takes its place for what is still to be sent and received. */
struct nbdi_command *
nbdi_new_shadow (struct nbdi_session *s, struct nbdi_command *c)
{
  struct nbdi_commands *cmds = &s->cmds;
  struct nbdi_command *shadow = nbdi_new_command (s);

  if (shadow == NULL)
    return NULL;
  *shadow = *c;
  NBDI_MOVED (&shadow->chunk);
  NBDI_MOVED (&shadow->completion);
  shadow->own = NULL;
  shadow->why = NULL;
  if (nbdi_disown_command (shadow, false) == -1) {
    free (shadow);
    return NULL;
  }
  c->filter = NULL;
  shadow->disowned = false;
  shadow->internal = shadow->shadow = true;
  insert (c->list, shadow, c);
  unlink_command (c);
  shadow->chain = *slot (cmds, shadow->cookie);
  *slot (cmds, shadow->cookie) = shadow;
  cmds->nr_table++;
  cmds->nr_pending++;
  cmds->nr_internal++;
  return shadow;
}

static void
free_spare (struct nbdi_commands *cmds, size_t keep)
{
  while (cmds->nr_spare > keep) {
    struct nbdi_command *c = cmds->spare;
    cmds->spare = c->next;
    cmds->nr_spare--;
    free (c);
  }
}

/* Nothing is in flight: free most of the memory that a burst of commands
 * needed. */
void
nbdi_trim_commands (struct nbdi_session *s)
{
  struct nbdi_commands *cmds = &s->cmds;

  free_spare (cmds, IDLE_SPARE);
  if (cmds->nr_table == 0 && cmds->table_size > IDLE_TABLE) {
    free (cmds->table);
    cmds->table = NULL;
    cmds->table_size = 0;
  }
}

/* The connection ended before the command did. */
static void
lose_command (struct nbdi_session *s, struct nbdi_command *c)
{
  if (c->error == 0)
    c->error = ENOTCONN;
  nbdi_complete_command (s, c);
}

/* Fail those commands of the program in a list of which no byte was sent. */
void
nbdi_abandon_unsent (struct nbdi_session *s, struct nbdi_list *list)
{
  struct nbdi_command *c, *next;

  for (c = list->first; c != NULL; c = next) {
    next = c->next;
    /* NBD_CMD_DISC is still to be sent, and so are the library's own commands:
     * writes that were acknowledged may depend on them. */
    if (!c->begun && !c->internal && nbdi_is_answered (c->type))
      lose_command (s, c);
  }
}

/* Fail all commands of a list. */
void
nbdi_abandon_commands (struct nbdi_session *s, struct nbdi_list *list)
{
  struct nbdi_command *c;

  while ((c = list->first) != NULL) {
    if (!nbdi_is_answered (c->type) || c->internal)
      nbdi_retire_command (s, c);
    else
      lose_command (s, c);
  }
}

/* The handle is being closed.  Buffers of commands without a completion
 * callback may be gone, so do not touch them when the commands are
 * abandoned. */
void
nbdi_leave_buffers (struct nbdi_list *list)
{
  for (struct nbdi_command *c = list->first; c != NULL; c = c->next)
    if (c->completion.callback == NULL)
      c->initialize = false;
}

/* For nbd_close, when no command is in a lane any more. */
void
nbdi_free_commands (struct nbdi_session *s)
{
  struct nbdi_commands *cmds = &s->cmds;

  while (cmds->completed.first != NULL)
    nbdi_retire_command (s, cmds->completed.first);
  free_spare (cmds, 0);
  free (cmds->table);
  cmds->table = NULL;
}
