/* SPDX-License-Identifier: MIT */
/* Asking the source for the block status of a piece.  The reply may have two
 * maps: that of base:allocation, and that of the chosen context. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/worker.h"

void
status_start (struct worker *w, const struct extent *asked)
{
  struct io *io = io_new (w, STATUS, w->copy->from, NULL);

  io->asked = (struct tool_range) { asked->start, asked->end };
  io->position = asked->start;
  io->length = asked->end - asked->start;
  io_start (io);
}

/* Find the kind of the extent at position AT of the endpoint, and its end.
 * False if the map does not have that position. */
static bool
extent_at (const struct tool_map *map, bool selects, uint64_t at,
           uint64_t *end, enum kind *kind)
{
  size_t i = tool_map_find (map, at);

  if (at < map->begin || i == map->count)
    return false;
  const struct tool_extent *e = &map->extents[i];
  *end = e->end;
  if (selects)
    *kind = e->flags ? DATA : SKIP;
  else
    *kind = e->flags & LIBNBD_STATE_ZERO ? ZERO : DATA;
  return true;
}

/* Combine both maps into ANSWER, as far as both of them reach: which ranges are
 * selected, if the context selects, and which of these are zero. */
static void
combine (const struct io *io, bool selecting, struct extents *answer)
{
  uint64_t start = io->on->start, at = start + io->position;
  uint64_t last = at + io->length, end, other;
  const struct tool_map *first = selecting ? &io->selection : &io->allocation;
  enum kind kind, allocated;

  while (at < last && extent_at (first, selecting, at, &end, &kind)) {
    if (selecting && io->allocation.count > 0 && kind != SKIP) {
      if (!extent_at (&io->allocation, false, at, &other, &allocated))
        return;
      end = MIN (end, other);
      kind = allocated;
    }
    end = MIN (end, last);
    extents_join (answer, at - start, end - start, kind);
    at = end;
  }
}

static void
failed (struct worker *w, struct io *io, const char *why)
{
  struct copy *c = w->copy;
  uint64_t offset = c->from->start + io->position;

  if (endpoint_is_lost (c->from, w->index)) {
    io_fail (io);
    return;
  }
  enum unmapped r = work_not_mapped (c, &io->asked,
                                     io->position + io->length);
  if (r == NOT_SELECTED)
    copy_fail (c, "%s: block status at offset %" PRIu64 " failed: %s",
               c->from->name, offset, why);
  else if (r == MAP_GIVEN_UP)
    copy_warn (c,
               "%s: block status at offset %" PRIu64 " failed: %s; "
               "copying the rest without a map",
               c->from->name, offset, why);
  else if (r == TAKEN_AS_DATA && !c->map_failed) {
    c->map_failed = true;
    copy_warn (c,
               "%s: block status at offset %" PRIu64 " failed: %s; such "
               "parts are read, whatever they hold",
               c->from->name, offset, why);
  }
}

void
status_done (struct worker *w, struct io *io)
{
  struct copy *c = w->copy;
  struct extents answer = { .count = 0 };

  combine (io, c->from->has_selection && !c->verifying, &answer);
  if (io->error != 0)
    failed (w, io, io_why (io));
  else if (answer.count == 0)
    failed (w, io, "the server sent no extents");
  else
    work_mapped (c, &io->asked, &answer);
  extents_free (&answer);
}
