/* SPDX-License-Identifier: MIT */
/* Commands from acceptance to retirement.  They are found by cookie in
 * constant time, however many there are and in whatever order replies come.
 */

#include "internal.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Spare commands that are kept for reuse, and what is left of them and of
 * the table when nothing is in flight.
 */
#define MAX_SPARE 64
#define IDLE_SPARE 2
#define IDLE_TABLE 64

static struct nbdi_command **
slot (struct nbdi_commands *cmds, uint64_t cookie)
{
  return &cmds->table[cookie & (cmds->table_size - 1)];
}

/* Cookies are consecutive, so while the table is no smaller than the number
 * of commands in it the chains stay short.
 */
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
nbdi_new_command (struct nbd_handle *h)
{
  struct nbdi_command *c = h->cmds.spare;

  if (c != NULL) {
    h->cmds.spare = c->next;
    h->cmds.nr_spare--;
    memset (c, 0, sizeof *c);
    return c;
  }
  c = calloc (1, sizeof *c);
  if (c == NULL)
    nbdi_error (errno, "command");
  return c;
}

static void
append (struct nbdi_list *list, struct nbdi_command *c)
{
  c->next = NULL;
  c->prev = list->last;
  if (list->last)
    list->last->next = c;
  else
    list->first = c;
  list->last = c;
}

static void
unlink_command (struct nbdi_list *list, struct nbdi_command *c)
{
  if (c->prev)
    c->prev->next = c->next;
  else
    list->first = c->next;
  if (c->next)
    c->next->prev = c->prev;
  else
    list->last = c->prev;
}

/* Give the command its cookie and put it at the end of the queue. */
int
nbdi_add_command (struct nbd_handle *h, struct nbdi_command *c)
{
  struct nbdi_commands *cmds = &h->cmds;

  if (cmds->nr_table >= cmds->table_size && grow_table (cmds) == -1)
    return -1;
  c->cookie = ++cmds->last_cookie;
  c->chain = *slot (cmds, c->cookie);
  *slot (cmds, c->cookie) = c;
  cmds->nr_table++;
  append (&cmds->pending, c);
  if (cmds->queue == NULL)
    cmds->queue = c;
  cmds->queued++;
  cmds->queued_bytes += nbdi_wire_size (h, c);
  return 0;
}

struct nbdi_command *
nbdi_lookup_command (struct nbd_handle *h, uint64_t cookie)
{
  struct nbdi_command *c = NULL;

  if (h->cmds.table_size > 0)
    for (c = *slot (&h->cmds, cookie); c != NULL; c = c->chain)
      if (c->cookie == cookie)
        break;
  return c;
}

/* The command that a reply can belong to: one of which at least a byte was
 * sent, without a final reply.
 */
struct nbdi_command *
nbdi_find_command (struct nbd_handle *h, uint64_t cookie)
{
  struct nbdi_command *c = nbdi_lookup_command (h, cookie);

  if (c == NULL || c->completed || c->answered || c->type == NBD_CMD_DISC)
    return NULL;
  if (!c->sent && !(c == h->cmds.queue && h->cmds.queue_offset > 0))
    return NULL;
  return c;
}

/* The first error wins, and is what the program is told of. */
void
nbdi_fail_command (struct nbd_handle *h, struct nbdi_command *c, int error,
                   const char *fmt, ...)
{
  char *why;
  va_list args;

  if (c->error != 0 && !h->debug)
    return;
  va_start (args, fmt);
  if (vasprintf (&why, fmt, args) == -1)
    why = NULL;
  va_end (args);
  nbdi_debug (h, "%s: %s", nbdi_command_name (c->type),
              why ? why : "out of memory");
  if (c->error != 0)
    free (why);
  else {
    c->error = error;
    c->why = why;
  }
}

/* The server said that the command failed, and perhaps more. */
void
nbdi_server_failed (struct nbd_handle *h, struct nbdi_command *c, int error,
                    uint32_t wire, const char *more)
{
  if (c->type == NBD_CMD_FLUSH)
    nbdi_fail_command (h, c, error, "the server reported error %" PRIu32 "%s",
                       wire, more);
  else
    nbdi_fail_command (h, c, error, "the server reported error %" PRIu32
                       " for %" PRIu64 " bytes at offset %" PRIu64 "%s",
                       wire, c->count, c->offset, more);
}

/* The completion callback wants another error. */
static void
replace_error (struct nbdi_command *c, int error)
{
  if (error == 0 || error == c->error)
    return;
  c->error = error;
  free (c->why);
  c->why = strdup ("the completion callback said so");
}

/* Nothing more will happen to the command: tell the program, once. */
static void
complete (struct nbd_handle *h, struct nbdi_command *c)
{
  struct nbdi_commands *cmds = &h->cmds;

  if (c->type == NBD_CMD_READ)
    nbdi_read_finish (h, c);
  c->completed = true;
  cmds->nr_completed++;
  unlink_command (&cmds->pending, c);
  /* The result of a blocking call is for the thread in it only. */
  if (!c->waiter)
    append (&cmds->completed, c);
  if (cmds->limit > 0 && --cmds->limit == 0)
    h->in.stop = true;
  if (c->waiter) {
    c->waiter->done = true;
    nbdi_wake (h, c->waiter);
    return;
  }
  if (c->disowned) {
    nbdi_retire_command (h, c);
    return;
  }
  if (c->completion.callback) {
    int error = c->error;
    int r = NBDI_CALLBACK (c->completion.callback (c->completion.user_data,
                                                   &error));
    if (r == 1) {
      nbdi_retire_command (h, c);
      return;
    }
    if (r == -1)
      replace_error (c, error);
  }
}

/* The final reply came.  While a payload is still being sent the program's
 * buffer is in use and the stream must not break off.
 */
void
nbdi_answer_command (struct nbd_handle *h, struct nbdi_command *c)
{
  if (c->type == NBD_CMD_BLOCK_STATUS && c->error == 0)
    nbdi_status_finish (h, c);
  c->answered = true;
  if (!c->sent)
    return;
  h->cmds.sent--;
  complete (h, c);
}

static void
free_closures (struct nbdi_command *c)
{
  NBDI_FREE (c->chunk);
  NBDI_FREE (c->extent);
  NBDI_FREE (c->extent64);
  NBDI_FREE (c->completion);
}

/* Forget a command, whose closures are freed now. */
void
nbdi_retire_command (struct nbd_handle *h, struct nbdi_command *c)
{
  struct nbdi_commands *cmds = &h->cmds;
  struct nbdi_command **p = slot (cmds, c->cookie);

  while (*p != c)
    p = &(*p)->chain;
  *p = c->chain;
  cmds->nr_table--;
  if (!c->completed)
    unlink_command (&cmds->pending, c);
  else if (!c->waiter)
    unlink_command (&cmds->completed, c);
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
 * what the closures use.  The server will answer nevertheless, and must get
 * the payload whole.  Fails without memory for a buffer in its place.
 */
int
nbdi_disown_command (struct nbd_handle *h, struct nbdi_command *c)
{
  bool to_send = c->type == NBD_CMD_WRITE && !c->sent;

  if (c->type == NBD_CMD_READ || to_send) {
    c->own = malloc (c->count + 1);
    if (c->own == NULL)
      return -1;
    if (to_send)
      memcpy (c->own, c->data, c->count);
    else if (h->reply.command == c && h->in.fill_left > 0)
      h->in.fill = c->own + (h->in.fill - c->data);
  }
  c->data = c->own;
  c->initialize = false;
  c->disowned = true;
  c->waiter = NULL;
  free_closures (c);
  memset (&c->chunk, 0, sizeof c->chunk);
  memset (&c->extent, 0, sizeof c->extent);
  memset (&c->extent64, 0, sizeof c->extent64);
  memset (&c->completion, 0, sizeof c->completion);
  return 0;
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

/* Nothing is in flight: give back what a burst of commands needed. */
void
nbdi_fall_idle (struct nbd_handle *h)
{
  struct nbdi_commands *cmds = &h->cmds;

  free_spare (cmds, IDLE_SPARE);
  if (cmds->nr_table == 0 && cmds->table_size > IDLE_TABLE) {
    free (cmds->table);
    cmds->table = NULL;
    cmds->table_size = 0;
  }
  nbdi_shrink_buffers (h);
}

/* The connection ended before the command did. */
static void
lose_command (struct nbd_handle *h, struct nbdi_command *c)
{
  if (c->error == 0)
    c->error = ENOTCONN;
  complete (h, c);
}

/* Fail commands of which no byte was sent. */
void
nbdi_abandon_unsent (struct nbd_handle *h)
{
  struct nbdi_commands *cmds = &h->cmds;
  struct nbdi_command *c = cmds->queue, *next;

  if (c != NULL && cmds->queue_offset > 0)
    c = c->next;
  else
    cmds->queue = NULL;
  for (; c != NULL; c = next) {
    next = c->next;
    /* The last one; the server is still to hear that we leave. */
    if (c->type == NBD_CMD_DISC) {
      if (cmds->queue == NULL)
        cmds->queue = c;
      break;
    }
    cmds->queued--;
    cmds->queued_bytes -= nbdi_wire_size (h, c);
    lose_command (h, c);
  }
}

/* The connection is gone: fail what has no final reply. */
void
nbdi_abandon_commands (struct nbd_handle *h)
{
  struct nbdi_commands *cmds = &h->cmds;
  struct nbdi_command *c;

  cmds->queue = NULL;
  cmds->disconnect_sent = false;
  cmds->queued = cmds->sent = 0;
  cmds->queued_bytes = cmds->queue_offset = 0;
  while ((c = cmds->pending.first) != NULL) {
    if (c->type == NBD_CMD_DISC)
      nbdi_retire_command (h, c);
    else
      lose_command (h, c);
  }
}

/* Close: commands without an answer complete now, others have.  Buffers of
 * commands that nobody is told of may be gone, so they are not touched.
 */
void
nbdi_free_commands (struct nbd_handle *h)
{
  struct nbdi_commands *cmds = &h->cmds;
  struct nbdi_command *c;

  for (c = cmds->pending.first; c != NULL; c = c->next)
    if (c->completion.callback == NULL)
      c->initialize = false;
  nbdi_abandon_commands (h);
  while ((c = cmds->completed.first) != NULL)
    nbdi_retire_command (h, c);
  free_spare (cmds, 0);
  free (cmds->table);
  cmds->table = NULL;
}

static const char *
why_connection_ended (struct nbd_handle *h)
{
  nbdi_add_fate (h);
  if (h->fatal_text)
    return h->fatal_text;
  if (nbdi_phase_in (h, NBDI_PHASE_CONNECTED))
    return "it was not sent before the shutdown";
  return "the server closed the connection";
}

/* The result of a completed command, with the error set if it failed; the
 * command is retired.
 */
int
nbdi_result_of_command (struct nbd_handle *h, struct nbdi_command *c)
{
  CLEANUP_FREE char *text = c->why;
  const char *why = text;
  int error = c->error;
  uint16_t type = c->type;

  c->why = NULL;
  nbdi_retire_command (h, c);
  if (error == 0)
    return 0;
  if (why == NULL && error == ENOTCONN)
    why = why_connection_ended (h);
  nbdi_error (error, "%s: command failed%s%s", nbdi_command_name (type),
              why ? ": " : "", why ? why : "");
  return -1;
}

int
nbdi_aio_command_completed (struct nbd_handle *h, uint64_t cookie)
{
  if (cookie < 1 || cookie > INT64_MAX) {
    nbdi_error (EINVAL, "%" PRIu64 " is no cookie: they begin at 1", cookie);
    return -1;
  }
  struct nbdi_command *c = nbdi_lookup_command (h, cookie);
  if (c == NULL || !c->completed || c->waiter)
    return 0;
  return nbdi_result_of_command (h, c) == 0 ? 1 : -1;
}

int64_t
nbdi_aio_peek_command_completed (struct nbd_handle *h)
{
  const struct nbdi_commands *cmds = &h->cmds;

  if (cmds->completed.first != NULL)
    return (int64_t) cmds->completed.first->cookie;
  if (cmds->nr_table == 0) {
    nbdi_error (EINVAL, "no command is in flight or completed");
    return -1;
  }
  nbdi_error (0, "no command has completed yet");
  return 0;
}

int
nbdi_aio_in_flight (struct nbd_handle *h)
{
  size_t n = h->cmds.queued + h->cmds.sent + h->cmds.disconnect_sent;

  return n > INT_MAX ? INT_MAX : (int) n;
}
