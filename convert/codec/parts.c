/* SPDX-License-Identifier: MIT */
/* Lists of parts. */
#include <config.h>

#include <stdlib.h>

#include "codec/codec.h"

/* Whether the part is behind the last one, in the file, and follows it
 * without a gap in the decoded data. */
static bool
follows (const struct parts *p, const struct part *part)
{
  uint64_t end = 0;

  if (p->count > 0) {
    const struct part *last = &p->list[p->count - 1];
    end = last->stored_at + last->stored;
  }
  return part->at == p->size && part->stored_at >= end;
}

static bool
is_within_limits (const struct part *part)
{
  return part->size <= LARGEST_PART && part->stored <= INT64_MAX
         && part->stored_at <= INT64_MAX - part->stored
         && part->at <= INT64_MAX - part->size;
}

/* The capacity doubles, so the list is full when the count is a power of
 * two. */
static bool
make_room (struct parts *p)
{
  if ((p->count & (p->count - 1)) != 0)
    return true;
  size_t room = p->count == 0 ? 1 : 2 * p->count;
  struct part *list = realloc (p->list, room * sizeof *list);
  if (list != NULL)
    p->list = list;
  return list != NULL;
}

/* A part without decoded data is left out. */
bool
parts_add (struct parts *p, const struct part *part)
{
  if (!follows (p, part) || !is_within_limits (part))
    return false;
  if (part->size == 0)
    return true;
  if (p->count == MOST_PARTS || !make_room (p))
    return false;
  p->list[p->count++] = *part;
  p->size += part->size;
  if (p->largest < part->size)
    p->largest = part->size;
  return true;
}

void
parts_free (struct parts *p)
{
  free (p->list);
  *p = (struct parts) { .count = 0 };
}
