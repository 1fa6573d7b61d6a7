/* SPDX-License-Identifier: MIT */

/* Single commands: drawn, started in either way, and judged at their end. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

static enum kind
draw_kind (struct random *random)
{
  static const unsigned char weights[NR_KINDS] = {
    [READ] = 35, [WRITE] = 36, [ZERO] = 8,   [TRIM] = 5,
    [FLUSH] = 8, [CACHE] = 2,  [STATUS] = 6,
  };
  unsigned n = random_below (random, 100);
  enum kind kind = READ;

  while (n >= weights[kind])
    n -= weights[kind++];
  return kind;
}

/* Draw a command.  Half of the commands use a small part of the disk; all of
 * them do so if a loss is expected. */
void
draw_command (struct run *r, struct random *random, struct command *c)
{
  struct operation *op = &c->op;
  bool crowded = r->choice->expects_loss || random_one_in (random, 2);
  unsigned most = random_one_in (random, 4) ? MOST_BLOCKS : 4;

  c->run = r;
  c->cancelled = false;
  c->flags = 0;
  *op = (struct operation) { .kind = draw_kind (random), .buf = c->buf };
  op->told = (void *) c->told;
  memset (c->told, 0, sizeof c->told);
  memset (c->buf, 0xee, sizeof c->buf);
  if (op->kind == FLUSH && r->choice->never_flushes)
    op->kind = WRITE;
  if (op->kind == FLUSH)
    return;
  op->blocks = 1 + random_below (random, most);
  op->first = random_below (random,
                            (crowded ? 40 : DISK_BLOCKS) - op->blocks + 1);
  if ((op->kind == WRITE || op->kind == ZERO || op->kind == TRIM)
      && random_one_in (random, 6)) {
    op->fua = true;
    c->flags = LIBNBD_CMD_FLAG_FUA;
  }
  if (op->kind == STATUS
      && nbd_can_meta_context (r->h, CONTEXT_ALLOCATION) != 1)
    op->kind = READ;
}

static int
on_extents (void *opaque, const char *context, uint64_t offset,
            nbd_extent *entries, size_t nr_entries, int *error)
{
  struct command *c = opaque;
  struct operation *op = &c->op;
  unsigned n = (offset / BLOCK_SIZE) - op->first;
  bool numbers = strcmp (context, CONTEXT_NUMBERS) == 0;

  if (*error != 0)
    return 0;
  for (size_t i = 0; i < nr_entries; i++) {
    uint64_t left = entries[i].length / BLOCK_SIZE;

    if (numbers && entries[i].flags != op->first + n)
      fail (c->run, "the context %s has the status %lu for block %u", context,
            (unsigned long) entries[i].flags, op->first + n);
    for (; left > 0 && n < op->blocks; left--, n++)
      if (!numbers)
        op->told[n] = entries[i].flags ? SAID_ZEROES : SAID_DATA;
  }
  return 0;
}

static int
on_chunk (void *opaque, const void *subbuf, size_t count, uint64_t offset,
          unsigned status, int *error)
{
  struct command *c = opaque;
  uint64_t start = (uint64_t) c->op.first * BLOCK_SIZE;

  (void) error;
  if (status == LIBNBD_READ_ERROR)
    return 0;
  if (offset < start || (const uint8_t *) subbuf != c->buf + (offset - start)
      || offset - start + count > (uint64_t) c->op.blocks * BLOCK_SIZE)
    fail (c->run, "a chunk is not where it should be");
  return 0;
}

#define RANGE \
  (uint64_t) c->op.blocks *BLOCK_SIZE, (uint64_t) c->op.first *BLOCK_SIZE
#define EXTENTS                            \
  (nbd_extent64_callback)                  \
  {                                        \
    .callback = on_extents, .user_data = c \
  }
#define CHUNKS                           \
  (nbd_chunk_callback)                   \
  {                                      \
    .callback = on_chunk, .user_data = c \
  }

/* Tell the checker, immediately before the command is given to the
 * library. */
static void
begin (struct command *c)
{
  checker_begin (c->run->checker, &c->op);
  c->started = brittle_now ();
}

int64_t
start_command (struct command *c, nbd_completion_callback done)
{
  struct nbd_handle *h = c->run->h;

  begin (c);
  switch (c->op.kind) {
  case READ:
    if (c->op.first % 2 == 0)
      return nbd_aio_pread (h, c->buf, RANGE, done, 0);
    return nbd_aio_pread_structured (h, c->buf, RANGE, CHUNKS, done, 0);
  case WRITE: return nbd_aio_pwrite (h, c->buf, RANGE, done, c->flags);
  case ZERO: return nbd_aio_zero (h, RANGE, done, c->flags);
  case TRIM: return nbd_aio_trim (h, RANGE, done, c->flags);
  case CACHE: return nbd_aio_cache (h, RANGE, done, 0);
  case STATUS: return nbd_aio_block_status_64 (h, RANGE, EXTENTS, done, 0);
  default: return nbd_aio_flush (h, done, 0);
  }
}

int
call_command (struct command *c)
{
  struct nbd_handle *h = c->run->h;

  begin (c);
  switch (c->op.kind) {
  case READ:
    if (c->op.first % 2 == 0)
      return nbd_pread (h, c->buf, RANGE, 0);
    return nbd_pread_structured (h, c->buf, RANGE, CHUNKS, 0);
  case WRITE: return nbd_pwrite (h, c->buf, RANGE, c->flags);
  case ZERO: return nbd_zero (h, RANGE, c->flags);
  case TRIM: return nbd_trim (h, RANGE, c->flags);
  case CACHE: return nbd_cache (h, RANGE, 0);
  case STATUS: return nbd_block_status_64 (h, RANGE, EXTENTS, 0);
  default: return nbd_flush (h, 0);
  }
}

/* Whether the program may see this error because of what it asked for. */
static bool
is_expected (const struct command *c, int error, int64_t took)
{
  const struct choice *choice = c->run->choice;

  return choice->by_hand
         || (error == ECANCELED && choice->cancels && c->cancelled)
         || (error == ETIMEDOUT && choice->timeouts
             && took >= COMMAND_TIMEOUT)
         || (error == EIO && choice->strict && c->op.kind == FLUSH);
}

void
end_command (struct command *c, int error)
{
  static const char *const names[] = { "read",  "write", "zero",  "trim",
                                       "flush", "cache", "status" };
  struct run *r = c->run;
  int64_t took = brittle_now () - c->started;
  const char *name = names[c->op.kind];

  brittle_say (r->server, "        %s %lu of %u+%u%s ends with %d", name,
               (unsigned long) c->op.stamp, c->op.first, c->op.blocks,
               c->op.fua ? " (FUA)" : "", error);
  if (error != 0 && !is_expected (c, error, took))
    fail (r, "a %s failed after %lld ms: %s: %s", name, (long long) took,
          strerror (error), nbd_get_error () ?: "no text");
  char *wrong = checker_end (r->checker, &c->op, error ? FAILED : SUCCEEDED);

  if (wrong)
    lose (r, wrong);
  /* The program may reuse its buffer after the command. */
  if (c->op.kind == WRITE)
    memset (c->buf, 0xdd, sizeof c->buf);
  __atomic_add_fetch (error ? &r->seen.failed : &r->seen.commands, 1,
                      __ATOMIC_RELAXED);
  if (took > __atomic_load_n (&r->seen.worst_ms, __ATOMIC_RELAXED))
    __atomic_store_n (&r->seen.worst_ms, took, __ATOMIC_RELAXED);
}
