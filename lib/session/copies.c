/* SPDX-License-Identifier: MIT */
/* Memory for payloads.  The size of a piece is rounded up: there are four
 * sizes for each power of two, so at most a fifth of a piece is wasted. */

#include "session/unsettled.h"

#define LINE 64 /* payloads begin at a cache line */

/* At most how many bytes are prefetched into the cache; and how many bytes
 * have to be in use for it: memory that was used a short time ago is still
 * in the cache. */
#define MOST_FETCHED 8192
#define NEAR 2097152
#define SMALLEST 512
#define LARGEST (UINT64_C (64) * 1024 * 1024)

/* The class of pieces for this many bytes, at least one, and the memory of
 * such a piece. */
static uint32_t
class_of (uint64_t count, uint64_t *memory)
{
  uint32_t class = 0;
  uint64_t size = SMALLEST;

  if (count > SMALLEST) {
    int log = 63 - __builtin_clzll (count - 1);
    uint32_t quarter = (count - 1) >> (log - 2) & 3;
    size = (uint64_t) (quarter + 5) << (log - 2);
    class = 1 + (uint32_t) (log - 9) * 4 + quarter;
  }
  *memory = sizeof (struct nbdi_copy) + LINE + size;
  return class;
}

/* Where the next payload goes, if there is room. */
static uint64_t
next_place (const struct nbdi_copy *copy)
{
  return copy->filled + -(uintptr_t) (copy->bytes + copy->filled) % LINE;
}

/* Whether payloads of this size share a piece, and whether this one has
 * room in the present piece. */
static bool
is_shared (uint64_t count, uint64_t shared)
{
  return count <= shared / 4;
}

static bool
is_room (const struct nbdi_copy *copy, uint64_t count)
{
  return copy != NULL
         && next_place (copy) + count <= copy->memory - sizeof *copy;
}

uint64_t
nbdi_copy_memory (const struct nbdi_copies *p, uint64_t count,
                  uint64_t shared)
{
  uint64_t memory = 0;

  if (!is_shared (count, shared))
    class_of (count, &memory);
  else if (!is_room (p->open, count))
    class_of (shared, &memory);
  return memory;
}

/* A piece with this many bytes.  NULL without memory, and for more than any
 * command has. */
static struct nbdi_copy *
get_piece (struct nbdi_copies *p, uint64_t count)
{
  uint64_t memory;
  uint32_t class = class_of (count, &memory);

  if (count > LARGEST)
    return NULL;
  struct nbdi_copy *copy = p->spare[class];
  if (copy != NULL) {
    p->spare[class] = copy->next;
    p->spared -= memory;
  }
  else {
    copy = malloc (memory);
    if (copy == NULL)
      return NULL;
    copy->class = class;
    copy->memory = memory;
  }
  copy->users = 0;
  copy->filled = 0;
  p->used += memory;
  return copy;
}

/* The next payload goes behind this one, and will be about as large.
 * Prefetch its place now: cache misses are most of the cost of copying into
 * a large journal. */
static void
fetch_next_place (const struct nbdi_copy *copy, uint64_t count)
{
  uint64_t end = copy->memory - sizeof *copy;

  if (count > MOST_FETCHED)
    count = MOST_FETCHED;
  if (end - copy->filled > count)
    end = copy->filled + count;
  for (uint64_t at = copy->filled; at < end; at += LINE)
    __builtin_prefetch (copy->bytes + at, 1, 2);
}

uint8_t *
nbdi_new_copy (struct nbdi_copies *p, uint64_t count, uint64_t shared,
               struct nbdi_copy **copy)
{
  struct nbdi_copy *piece = p->open;

  if (!is_shared (count, shared))
    piece = get_piece (p, count);
  else if (!is_room (piece, count)) {
    piece = get_piece (p, shared);
    if (piece != NULL)
      p->open = piece;
  }
  if (piece == NULL)
    return NULL;
  uint64_t place = next_place (piece);
  piece->filled = place + count;
  piece->users++;
  if (p->used > NEAR)
    fetch_next_place (piece, count);
  *copy = piece;
  return piece->bytes + place;
}

/* Remove a user; after the last one, keep the memory for reuse. */
void
nbdi_put_copy (struct nbdi_copies *p, struct nbdi_copy *copy)
{
  if (copy == NULL || --copy->users > 0)
    return;
  if (p->open == copy)
    p->open = NULL;
  p->used -= copy->memory;
  p->spared += copy->memory;
  copy->next = p->spare[copy->class];
  p->spare[copy->class] = copy;
}

void
nbdi_trim_copies (struct nbdi_copies *p, uint64_t most)
{
  for (size_t class = 0; p->spared > most; class ++)
    while (p->spared > most && p->spare[class] != NULL) {
      struct nbdi_copy *copy = p->spare[class];
      p->spare[class] = copy->next;
      p->spared -= copy->memory;
      free (copy);
    }
}
