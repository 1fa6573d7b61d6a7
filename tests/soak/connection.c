/* SPDX-License-Identifier: MIT */

/* Connections of the soak test and their commands. */

#include "soak.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint8_t *
soak_model (struct soak *soak, const struct connection *c)
{
  return soak->model + c->number * SOAK_REGION;
}

/* Where the connection's region begins on the server's disk. */
static uint64_t
start_of (const struct connection *c)
{
  return c->lasting ? 0 : c->number * SOAK_REGION;
}

static bool
is_read (enum kind kind)
{
  return kind == READ || kind == READ_STRUCTURED;
}

static bool
changes (enum kind kind)
{
  return kind == WRITE || kind == ZERO || kind == TRIM;
}

void
soak_connect (struct soak *soak, struct connection *c)
{
  soak->connections++;
  if (c->lasting) {
    lasting_connect_again (c);
    return;
  }
  c->server = (struct ram_server) {
    .ram = &soak->ram,
    .style = soak_random (3),
    /* Some servers close the connection in the middle of the work. */
    .cut_after = soak_random (4) == 0 ? 1 + soak_random (500) : 0,
  };
  c->h = ram_connect (&c->server);
}

void
soak_begin (struct soak *soak)
{
  for (unsigned i = 0; i < SOAK_CONNECTIONS; i++) {
    struct connection *c = &soak->connection[i];

    c->number = i;
    c->lasting = i >= SOAK_PLAIN;
    if (c->lasting)
      lasting_begin (c);
    soak_connect (soak, c);
  }
}

void
soak_end (struct soak *soak)
{
  for (unsigned i = 0; i < SOAK_CONNECTIONS; i++)
    if (soak->connection[i].lasting) {
      mortal_close (&soak->connection[i].mortal);
      mortal_free (&soak->connection[i].mortal);
    }
}

/* Compare what was read with the model. */
static void
compare (struct soak *soak, struct connection *c, const struct operation *op)
{
  const uint8_t *want = soak_model (soak, c) + op->offset;

  soak->compared += op->length;
  if (memcmp (op->buf, want, op->length) == 0)
    return;
  for (size_t i = 0; i < op->length; i++)
    if (op->buf[i] != want[i])
      ram_fail ("connection %u, byte %zu of a read of %zu at %zu: "
                "expected %02x, got %02x",
                c->number, i, op->length, op->offset, want[i], op->buf[i]);
}

/* Change the model by a command that has succeeded. */
static void
apply (struct soak *soak, struct connection *c, const struct operation *op)
{
  uint8_t *model = soak_model (soak, c) + op->offset;

  if (op->kind == WRITE)
    memcpy (model, op->buf, op->length);
  else if (changes (op->kind))
    memset (model, 0, op->length);
}

/* A command that failed was carried out completely or not at all, since this
 * server carries out each request as a whole. */
static void
settle (struct soak *soak, struct connection *c, const struct operation *op)
{
  uint8_t *model = soak_model (soak, c) + op->offset;
  const uint8_t *disk = soak->ram.data + start_of (c) + op->offset;

  if (!changes (op->kind) || memcmp (disk, model, op->length) == 0)
    return;
  apply (soak, c, op);
  if (memcmp (disk, model, op->length) != 0)
    ram_fail ("connection %u: %zu bytes at %zu are neither as before nor as "
              "the command would have left them",
              c->number, op->length, op->offset);
}

static void
forget (struct connection *c, struct operation *op)
{
  free (op->buf);
  op->buf = NULL;
  c->nr_commands--;
}

void
soak_close (struct soak *soak, struct connection *c)
{
  if (c->lasting) {
    lasting_end (soak, c);
    return;
  }
  nbd_close (c->h);
  /* The server works on what it has received until it ends. */
  ram_join (&c->server);
  for (unsigned i = 0; i < SOAK_DEPTH; i++) {
    struct operation *op = &c->commands[i];

    if (op->buf == NULL)
      continue;
    settle (soak, c, op);
    forget (c, op);
    soak->failed++;
  }
}

void
soak_reconnect (struct soak *soak, struct connection *c)
{
  soak_close (soak, c);
  soak_connect (soak, c);
}

void
soak_disconnect (struct soak *soak, struct connection *c)
{
  switch (c->lasting ? 0 : soak_random (4)) {
  case 0: /* at once, with commands in flight */ break;
  case 1: nbd_aio_disconnect (c->h, 0); break;
  case 2:
    nbd_shutdown (c->h, 0);
    soak_retire (soak, c);
    break;
  default:
    nbd_shutdown (c->h, LIBNBD_SHUTDOWN_ABANDON_PENDING);
    soak_retire (soak, c);
  }
  soak_reconnect (soak, c);
}

static bool
overlaps (const struct connection *c, const struct operation *op)
{
  for (unsigned i = 0; i < SOAK_DEPTH; i++) {
    const struct operation *other = &c->commands[i];

    if (other->buf != NULL && other != op
        && (changes (op->kind) || changes (other->kind))
        && op->offset < other->offset + other->length
        && other->offset < op->offset + op->length)
      return true;
  }
  return false;
}

/* Most ranges are small, some are large, and few are aligned. */
static void
choose_range (struct operation *op)
{
  size_t limit = (size_t) 1 << (1 + soak_random (18));

  op->length = 1 + soak_random (limit);
  if (soak_random (2) == 0 && op->length >= 512)
    op->length -= op->length % 512;
  op->offset = soak_random (SOAK_REGION - op->length + 1);
}

static int
on_chunk (void *opaque, const void *subbuf, size_t count, uint64_t offset,
          unsigned status, int *error)
{
  struct operation *op = opaque;

  (void) offset;
  MUST (*error != 0 || status != LIBNBD_READ_ERROR);
  MUST ((const uint8_t *) subbuf >= op->buf);
  op->chunks += count;
  return 0;
}

static int64_t
start (struct connection *c, struct operation *op, uint64_t offset)
{
  nbd_completion_callback none = NBD_NULL_COMPLETION;

  switch (op->kind) {
  case READ:
    return nbd_aio_pread (c->h, op->buf, op->length, offset, none, 0);
  case READ_STRUCTURED:
    return nbd_aio_pread_structured (
      c->h, op->buf, op->length, offset,
      (nbd_chunk_callback) { .callback = on_chunk, .user_data = op }, none,
      0);
  case WRITE:
    return nbd_aio_pwrite (c->h, op->buf, op->length, offset, none,
                           soak_random (2) ? LIBNBD_CMD_FLAG_FUA : 0);
  case ZERO: return nbd_aio_zero (c->h, op->length, offset, none, 0);
  case TRIM: return nbd_aio_trim (c->h, op->length, offset, none, 0);
  case CACHE: return nbd_aio_cache (c->h, op->length, offset, none, 0);
  default: return nbd_aio_flush (c->h, none, 0);
  }
}

/* Fill the buffer of a write with random bytes, and that of a read with bytes
 * that must be overwritten. */
static void
fill_buffer (struct operation *op)
{
  op->buf = malloc (op->length);
  MUST (op->buf != NULL);
  if (op->kind != WRITE) {
    memset (op->buf, 0xee, op->length);
    return;
  }
  uint64_t word = soak_random (UINT64_MAX);

  for (size_t i = 0; i < op->length; i++) {
    op->buf[i] = word;
    word = word * UINT64_C (6364136223846793005) + (word >> 56) + 1;
    word = word << 5 | word >> 59;
  }
}

void
soak_issue (struct soak *soak, struct connection *c)
{
  if (c->nr_commands == SOAK_DEPTH)
    return;
  struct operation *op = c->commands;

  while (op->buf != NULL)
    op++;
  *op = (struct operation) { .kind = soak_random (NR_KINDS) };
  choose_range (op);
  if (overlaps (c, op))
    return;
  fill_buffer (op);
  op->cookie = start (c, op, start_of (c) + op->offset);
  if (op->cookie == -1) {
    MUST (!nbd_aio_is_ready (c->h) && !nbd_aio_is_processing (c->h));
    free (op->buf);
    op->buf = NULL;
    return;
  }
  soak->commands++;
  c->nr_commands++;
}

/* Compare and forget the commands that have completed.  A command that failed
 * is kept, because only the disk shows whether it was carried out. */
void
soak_retire (struct soak *soak, struct connection *c)
{
  for (unsigned i = 0; i < SOAK_DEPTH; i++) {
    struct operation *op = &c->commands[i];

    if (op->buf == NULL || op->failed)
      continue;
    int r = nbd_aio_command_completed (c->h, op->cookie);

    if (r == 0)
      continue;
    if (r == -1) {
      MUST (!c->lasting);
      MUST (nbd_aio_is_closed (c->h) || nbd_aio_is_dead (c->h));
      op->failed = true;
      continue;
    }
    if (is_read (op->kind))
      compare (soak, c, op);
    if (op->kind == READ_STRUCTURED)
      MUST (op->chunks == op->length);
    apply (soak, c, op);
    forget (c, op);
  }
}
