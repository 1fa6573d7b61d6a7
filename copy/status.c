/* SPDX-License-Identifier: MIT */
/* Asking the source what a piece holds.  Two maps may come back: what is
 * allocated, and what the chosen context marks. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "copy.h"

void
status_start (struct worker *w, const struct extent *asked)
{
  struct io *io = io_new (w, STATUS, w->copy->from, NULL);

  io->asked = *asked;
  io->position = asked->start;
  io->length = asked->end - asked->start;
  io_start (io);
}

/* The extent at position AT; its end is never before it. */
static const struct extent *
extent_at (const struct extents *map, size_t *i, uint64_t at)
{
  while (*i < map->count && map->list[map->head + *i].end <= at)
    ++*i;
  return *i < map->count ? &map->list[map->head + *i] : NULL;
}

/* What is selected, and of that what is zero, as far as both maps reach. */
static void
combine (const struct io *io, struct extents *answer)
{
  uint64_t at = io->position;
  size_t i = 0, j = 0;

  for (;;) {
    const struct extent *s = extent_at (&io->selection, &i, at);
    if (s == NULL)
      return;
    uint64_t end = s->end;
    enum kind kind = s->kind;
    if (io->allocation.count > 0 && kind != SKIP) {
      const struct extent *a = extent_at (&io->allocation, &j, at);
      if (a == NULL)
        return;
      end = MIN (end, a->end);
      kind = a->kind;
    }
    extents_join (answer, at, end, kind);
    at = end;
  }
}

static void
failed (struct worker *w, struct io *io, const char *why)
{
  struct copy *c = w->copy;
  uint64_t offset = c->from->start + io->position;

  if (io->error != 0 && worker_lost (w, io)) {
    w->gone[0] = true;
    work_ask_again (c, &io->asked);
    return;
  }
  if (c->from->asynchronous && nbd_is_lost (c->from, w->index)) {
    io_fail (io);
    return;
  }
  enum unmapped r = work_not_mapped (c, &io->asked,
                                     io->position + io->length);
  if (r == NOT_SELECTED)
    copy_fail (c, "%s: block status at offset %" PRIu64 " failed: %s",
               c->from->name, offset, why);
  else if (r == MAP_GIVEN_UP)
    copy_warn (c, "%s: block status at offset %" PRIu64 " failed: %s; "
               "copying the rest without a map", c->from->name, offset, why);
  else if (r == TAKEN_AS_DATA && !c->map_failed) {
    c->map_failed = true;
    copy_warn (c, "%s: block status at offset %" PRIu64 " failed: %s; such "
               "parts are read, whatever they hold", c->from->name, offset,
               why);
  }
}

void
status_done (struct worker *w, struct io *io)
{
  struct copy *c = w->copy;
  struct extents both = { .count = 0 }, *answer = &io->allocation;
  bool selecting = c->from->has_selection && !c->verifying;

  if (selecting) {
    combine (io, &both);
    answer = &both;
  }
  if (io->error != 0)
    failed (w, io, io_why (io));
  else if (answer->count == 0)
    failed (w, io, "the server sent no extents");
  else
    work_mapped (c, &io->asked, answer);
  extents_free (&both);
}
