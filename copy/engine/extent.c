/* SPDX-License-Identifier: MIT */
/* A queue of extents. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "engine/extent.h"
#include "tool.h"

static void
make_room (struct extents *e)
{
  if (e->head + e->count < e->room)
    return;
  if (e->head > e->count) {
    memmove (e->list, e->list + e->head, e->count * sizeof e->list[0]);
    e->head = 0;
    return;
  }
  e->room = e->room == 0 ? 16 : 2 * e->room;
  e->list = realloc (e->list, e->room * sizeof e->list[0]);
  if (e->list == NULL)
    tool_fail ("out of memory for a map of %zu extents", e->room);
}

void
extents_push (struct extents *e, struct extent extent)
{
  make_room (e);
  e->list[e->head + e->count++] = extent;
}

/* The first one, or NULL. */
struct extent *
extents_first (struct extents *e)
{
  return e->count > 0 ? &e->list[e->head] : NULL;
}

/* Remove the first one. */
void
extents_drop (struct extents *e)
{
  e->head = --e->count == 0 ? 0 : e->head + 1;
}

void
extents_free (struct extents *e)
{
  free (e->list);
  *e = (struct extents) { .count = 0 };
}

void
extents_join (struct extents *e, uint64_t start, uint64_t end, enum kind kind)
{
  if (start >= end)
    return;
  if (e->count > 0) {
    struct extent *last = &e->list[e->head + e->count - 1];
    if (last->end == start && last->kind == kind) {
      last->end = end;
      return;
    }
  }
  extents_push (e,
                (struct extent) { .start = start, .end = end, .kind = kind });
}
