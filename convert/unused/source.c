/* SPDX-License-Identifier: MIT */
/* Sources of the engine, with unused ranges left out.
 *
 * Reads within an unused range are not passed to the source at all.  If a
 * read overlaps one, its result is changed afterwards.  The block status of
 * the source is changed in the same way. */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "engine/engine.h"
#include "tool.h"
#include "unused/unused.h"

struct leaving_out {
  struct endpoint_ops ops; /* a copy of the source's, with some replaced */
  const struct endpoint_ops *of;
  const struct unused *unused;
  bool has_map; /* whether the source itself knows holes */
};

static struct tool_range
asked (const struct endpoint *e, const struct io *io)
{
  uint64_t begin = e->start + io->position;

  return (struct tool_range) { begin, begin + io->length };
}

/* ---- reads ---- */

static bool
is_unused (const struct unused *u, struct tool_range r)
{
  const struct unused_range *first = unused_from (u, r.begin);

  return first != NULL && first->start <= r.begin && first->end >= r.end;
}

static void
clear_unused (const struct unused *u, struct tool_range r, char *buffer)
{
  const struct unused_range *end = u->ranges + u->count;
  const struct unused_range *i = unused_from (u, r.begin);

  for (; i != NULL && i < end && i->start < r.end; i++) {
    uint64_t from = MAX (i->start, r.begin), to = MIN (i->end, r.end);
    memset (buffer + (from - r.begin), 0, to - from);
  }
}

/* ---- block status ---- */

/* Insert the ranges of U into MAP, as holes. */
static void
add_holes (const struct unused *u, struct tool_map *map, uint64_t start)
{
  struct tool_map with = { 0 };
  uint64_t at = map->begin;

  tool_map_begin (&with, at);
  for (size_t i = 0; i < map->count; i++)
    while (at < map->extents[i].end) {
      const struct unused_range *r = unused_from (u, start + at);
      uint64_t to = map->extents[i].end;
      bool inside = r != NULL && r->start <= start + at;
      if (r != NULL)
        to = MIN (to, (inside ? r->end : r->start) - start);
      tool_map_add (&with, to,
                    inside ? LIBNBD_STATE_HOLE | LIBNBD_STATE_ZERO
                           : map->extents[i].flags);
      at = to;
    }
  with.out_of_memory |= map->out_of_memory;
  tool_map_free (map);
  *map = with;
}

/* ---- the source ---- */

static void
amend (struct endpoint *e, struct io *io)
{
  const struct leaving_out *l = e->amends;

  if (io->action == READ)
    clear_unused (l->unused, asked (e, io), io->buffer);
  else if (io->action == STATUS)
    add_holes (l->unused, &io->allocation, e->start);
}

/* The source does not know holes, so everything is data. */
static void
tell_status (struct io *io)
{
  tool_map_begin (&io->allocation, io->asked.begin);
  tool_map_add (&io->allocation, io->asked.end, 0);
  io_done (io, 0);
}

static void
start (struct endpoint *e, struct io *io)
{
  const struct leaving_out *l = e->amends;

  if (io->action == READ && is_unused (l->unused, asked (e, io)))
    io_done (io, 0); /* amend clears the buffer */
  else if (io->action == STATUS && !l->has_map)
    tell_status (io);
  else
    l->of->start (e, io);
}

static void
free_source (struct endpoint *e)
{
  struct leaving_out *l = e->amends;

  if (l->of->free != NULL)
    l->of->free (e);
  free (l);
}

void
unused_leave_out (struct endpoint *e, const struct unused *u)
{
  struct leaving_out *l = tool_alloc (sizeof *l);

  l->of = e->ops;
  l->ops = *e->ops;
  l->ops.start = start;
  l->ops.free = free_source;
  l->unused = u;
  l->has_map = e->has_map;
  e->ops = &l->ops;
  e->has_map = true;
  e->amend = amend;
  e->amends = l;
}
