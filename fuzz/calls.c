/* SPDX-License-Identifier: MIT */

/* Commands and options with closures that count, and buffers that show old
 * memory. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

/* Large enough for every way in which data is received. */
#define COUNT_MAX (96 * 1024)

/* When a read has ended, even if it failed, its buffer holds nothing but data
 * that the server sent, and zeroes. */
void
check_stale (const struct command *c)
{
  if (!c->is_read || !c->initialize || c->world->sent[c->world->stale]
      || c->world->stale == 0)
    return;
  const uint8_t *p = c->count == 0
                       ? NULL
                       : memchr (c->buf, c->world->stale, c->count);

  if (p != NULL)
    broken ("byte %zu of %zu of read %d is old memory", (size_t) (p - c->buf),
            c->count, (int) c->cookie);
}

/* Free the buffer of a command that has ended, so that ASan finds later
 * writes. */
static void
drop_buffer (struct command *c)
{
  free (c->buf);
  c->buf = NULL;
  c->is_read = false;
}

static int
on_completion (void *opaque, int *error)
{
  struct command *c = opaque;

  c->called++;
  MUST (c->freed == 0 && *error >= 0);
  check_stale (c);
  if (c->verdict & FUZZ_COMPLETION_FAILS) {
    *error = EOWNERDEAD;
    return -1;
  }
  return (c->verdict & FUZZ_COMPLETION_RETIRES) ? 1 : 0;
}

static void
free_completion (void *opaque)
{
  struct command *c = opaque;

  c->freed++;
}

static int
middle_result (struct command *c, int *error)
{
  MUST (c->middle_freed == 0 && c->called == 0);
  if (!(c->verdict & FUZZ_MIDDLE_FAILS))
    return 0;
  if (error != NULL)
    *error = EDOM;
  return -1;
}

static int
on_chunk (void *opaque, const void *subbuf, size_t count, uint64_t offset,
          unsigned status, int *error)
{
  struct command *c = opaque;
  const uint8_t *p = subbuf;

  MUST (offset >= c->offset && offset - c->offset <= c->count);
  MUST (p == c->buf + (offset - c->offset));
  MUST (count <= c->count - (offset - c->offset));
  MUST (status == LIBNBD_READ_DATA || status == LIBNBD_READ_HOLE
        || status == LIBNBD_READ_ERROR);
  if (status == LIBNBD_READ_HOLE)
    for (size_t i = 0; i < count; i++)
      MUST (p[i] == 0);
  return middle_result (c, error);
}

static int
on_extent (void *opaque, const char *metacontext, uint64_t offset,
           uint32_t *entries, size_t nr_entries, int *error)
{
  struct command *c = opaque;

  MUST (metacontext != NULL && offset == c->offset && nr_entries >= 2);
  MUST (nr_entries % 2 == 0);
  /* Only the first extent can be empty, and that is an error. */
  for (size_t i = 0; i < nr_entries; i += 2)
    MUST (entries[i] > 0 || (i == 0 && *error != 0));
  return middle_result (c, error);
}

static int
on_extent64 (void *opaque, const char *metacontext, uint64_t offset,
             nbd_extent *entries, size_t nr_entries, int *error)
{
  struct command *c = opaque;

  MUST (metacontext != NULL && offset == c->offset && nr_entries >= 1);
  for (size_t i = 0; i < nr_entries; i++)
    MUST (entries[i].length > 0 || (i == 0 && *error != 0));
  return middle_result (c, error);
}

static int
on_list (void *opaque, const char *name, const char *description)
{
  MUST (strlen (name) <= 4096 && strlen (description) <= 4096);
  return middle_result (opaque, NULL);
}

static int
on_context (void *opaque, const char *name)
{
  MUST (strlen (name) <= 4096);
  return middle_result (opaque, NULL);
}

static void
free_middle (void *opaque)
{
  struct command *c = opaque;

  c->middle_freed++;
}

static nbd_completion_callback
completion (struct command *c)
{
  if (c->verdict & FUZZ_NO_COMPLETION)
    return NBD_NULL_COMPLETION;
  return (nbd_completion_callback) { .callback = on_completion,
                                     .user_data = c,
                                     .free = free_completion };
}

/* clang-format off */
#define MIDDLE(c, function) \
  { .callback = (function), .user_data = (c), .free = free_middle }
/* clang-format on */

static int64_t
issue_status (struct command *c, enum fuzz_op op, unsigned flags)
{
  static char *filter[] = { "base:allocation", NULL };
  struct nbd_handle *h = c->world->h;
  nbd_extent_callback extent = MIDDLE (c, on_extent);
  nbd_extent64_callback extent64 = MIDDLE (c, on_extent64);

  c->has_middle = true;
  if (op == FUZZ_BLOCK_STATUS)
    return nbd_aio_block_status (h, c->count, c->offset, extent,
                                 completion (c), flags);
  if (op == FUZZ_BLOCK_STATUS_64)
    return nbd_aio_block_status_64 (h, c->count, c->offset, extent64,
                                    completion (c), flags);
  return nbd_aio_block_status_filter (h, c->count, c->offset, filter,
                                      extent64, completion (c), flags);
}

static int64_t
issue_data (struct command *c, enum fuzz_op op, unsigned flags)
{
  struct nbd_handle *h = c->world->h;
  nbd_chunk_callback chunk = MIDDLE (c, on_chunk);

  c->is_read = op != FUZZ_PWRITE;
  c->buf = malloc (c->count);
  MUST (c->buf != NULL || c->count == 0);
  if (c->count > 0)
    memset (c->buf, c->world->stale, c->count);
  if (op == FUZZ_PREAD)
    return nbd_aio_pread (h, c->buf, c->count, c->offset, completion (c),
                          flags);
  if (op == FUZZ_PWRITE)
    return nbd_aio_pwrite (h, c->buf, c->count, c->offset, completion (c),
                           flags);
  c->has_middle = true;
  return nbd_aio_pread_structured (h, c->buf, c->count, c->offset, chunk,
                                   completion (c), flags);
}

static int64_t
issue (struct command *c, enum fuzz_op op, unsigned flags)
{
  struct nbd_handle *h = c->world->h;

  switch (op) {
  case FUZZ_PREAD:
  case FUZZ_PREAD_STRUCTURED:
  case FUZZ_PWRITE: return issue_data (c, op, flags);
  case FUZZ_FLUSH: return nbd_aio_flush (h, completion (c), flags);
  case FUZZ_TRIM:
    return nbd_aio_trim (h, c->count, c->offset, completion (c), flags);
  case FUZZ_CACHE:
    return nbd_aio_cache (h, c->count, c->offset, completion (c), flags);
  case FUZZ_ZERO:
    return nbd_aio_zero (h, c->count, c->offset, completion (c), flags);
  default: return issue_status (c, op, flags);
  }
}

void
issue_command (struct world *w, enum fuzz_op op)
{
  struct command *c = new_command (w);
  size_t count = take_u16 (&w->program);
  uint64_t offset = take_u16 (&w->program);
  unsigned flags = take_u8 (&w->program);
  unsigned verdict = take_u8 (&w->program);

  if (c == NULL)
    return;
  unsigned unit = (verdict & FUZZ_LARGE) ? 256 : 1;

  c->count = count * unit;
  if (c->count > COUNT_MAX)
    c->count = COUNT_MAX;
  c->offset = offset * unit;
  c->verdict = verdict;
  c->cookie = issue (c, op, flags);
  if (c->cookie == -1) {
    MUST (nbd_get_error () != NULL && c->called == 0);
    check_stale (c);
    drop_buffer (c);
  }
  else
    MUST (c->called == 0);
}

void
retire_command (struct world *w, struct command *c)
{
  if (c == NULL || c->cookie == -1 || c->retired)
    return;
  int r = nbd_aio_command_completed (w->h, c->cookie);

  if (r == 0)
    return;
  c->retired = true;
  check_stale (c);
  drop_buffer (c);
}

static int
start_option (struct world *w, struct command *c, enum fuzz_op op)
{
  static char *queries[] = { "base:", "x:y", NULL };
  struct nbd_handle *h = w->h;
  nbd_completion_callback done = completion (c);
  nbd_list_callback list = MIDDLE (c, on_list);
  nbd_context_callback context = MIDDLE (c, on_context);

  c->has_middle = op == FUZZ_OPT_LIST
                  || (op >= FUZZ_OPT_LIST_META_CONTEXT
                      && op <= FUZZ_OPT_SET_META_CONTEXT_QUERIES);
  switch (op) {
  case FUZZ_OPT_GO: return nbd_aio_opt_go (h, done);
  case FUZZ_OPT_INFO: return nbd_aio_opt_info (h, done);
  case FUZZ_OPT_LIST: return nbd_aio_opt_list (h, list, done);
  case FUZZ_OPT_STARTTLS: return nbd_aio_opt_starttls (h, done);
  case FUZZ_OPT_STRUCTURED_REPLY:
    return nbd_aio_opt_structured_reply (h, done);
  case FUZZ_OPT_EXTENDED_HEADERS:
    return nbd_aio_opt_extended_headers (h, done);
  case FUZZ_OPT_LIST_META_CONTEXT:
    return nbd_aio_opt_list_meta_context (h, context, done);
  case FUZZ_OPT_SET_META_CONTEXT:
    return nbd_aio_opt_set_meta_context (h, context, done);
  case FUZZ_OPT_LIST_META_CONTEXT_QUERIES:
    return nbd_aio_opt_list_meta_context_queries (h, queries, context, done);
  default:
    return nbd_aio_opt_set_meta_context_queries (h, queries, context, done);
  }
}

void
issue_option (struct world *w, enum fuzz_op op)
{
  struct command *c;
  unsigned verdict = take_u8 (&w->program);

  if (op == FUZZ_OPT_ABORT) {
    nbd_aio_opt_abort (w->h);
    return;
  }
  c = new_command (w);
  if (c == NULL)
    return;
  /* Completions of options cannot be retired. */
  c->verdict = verdict & ~FUZZ_COMPLETION_RETIRES;
  MUST (start_option (w, c, op) == 0 || nbd_get_error () != NULL);
}
