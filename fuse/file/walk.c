/* SPDX-License-Identifier: MIT */
/* Block status, which is asked for piece by piece.  The last reply is kept
 * until the disk is written. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "command.h"
#include "disk.h"
#include "phase.h"
#include "status.h"

/* Queries that fail are halved down to this length. */
#define LEAST_QUERY (UINT64_C (65536))

struct query {
  struct completed completed; /* first, see query_end */
  struct walk *walk;
  int64_t cookie;
  struct tool_range range; /* that was asked for */
  uint64_t changes;        /* of the disk, when it was asked */
  struct tool_map map;
};

static int
take_extents (void *opaque, const char *context, uint64_t offset,
              nbd_extent *entries, size_t count, int *error)
{
  (void) context;
  (void) error;
  struct query *query = opaque;
  tool_map_take (&query->map, offset, entries, count,
                 query->walk->disk->size);
  return 0;
}

static void step (struct walk *walk, bool fresh);

static int
query_completed (void *opaque, int *error)
{
  struct query *query = opaque;
  query->completed.error = *error;
  completed_later (&query->completed);
  return *error == 0;
}

/* A query failed, or its reply had no extents.  If the range will not be asked
 * for again, it counts as data.  False: the walk has to end. */
static bool
query_failed (struct query *query)
{
  struct walk *walk = query->walk;
  struct disk *disk = walk->disk;
  int error = query->completed.error;
  if (!disk_works (disk) || error == ECANCELED) {
    tool_walk_lost (&walk->questions, &query->range);
    return true;
  }
  if (!disk->mapped && (error == EINVAL || error == ENOTSUP)) {
    /* The server does not support block status. */
    disk->can_map = false;
    return false;
  }
  tool_map_begin (&query->map, query->range.begin);
  switch (tool_walk_failed (&walk->questions, &query->range,
                            query->range.end)) {
  case TOOL_WALK_PARTS: break;
  case TOOL_WALK_GAP:
    /* Unknown ranges count as data. */
    tool_map_add (&query->map, query->range.end, 0);
    break;
  case TOOL_WALK_GIVEN_UP: tool_map_add (&query->map, disk->size, 0); break;
  }
  return !query->map.out_of_memory;
}

static void
query_end (struct completed *completed)
{
  struct query *query = (struct query *) completed;
  struct walk *walk = query->walk;
  struct disk *disk = walk->disk;
  bool go_on = true;

  walk->query = NULL;
  if (completed->error)
    nbd_aio_command_completed (disk->h, query->cookie);
  if (!completed->error && !query->map.out_of_memory
      && query->map.end > walk->position) {
    disk->mapped = true;
    tool_walk_told (&walk->questions, &query->range,
                    query->map.end < query->range.end ? query->map.end
                                                      : query->range.end);
  }
  else {
    tool_map_free (&query->map);
    go_on = query_failed (query);
  }
  bool fresh = query->map.count > 0;
  if (fresh) {
    tool_map_free (&disk->map);
    disk->map = query->map;
    disk->map_changes = query->changes;
  }
  else
    tool_map_free (&query->map);
  free (query);
  if (go_on)
    step (walk, fresh);
  else
    walk->done (walk, false);
}

/* Let the walk ask from its position on, in whole blocks.  Questions that are
 * left from before are used, if there are any from this position on. */
static void
prepare_questions (struct walk *walk)
{
  const struct disk *disk = walk->disk;
  uint64_t begin = walk->position / disk->minimum * disk->minimum;
  struct tool_walk *questions = &walk->questions;
  if (questions->given_up || questions->length == 0
      || tool_walk_lowest (questions, disk->size) > begin) {
    uint64_t reach = disk_reach (disk);
    uint64_t least = disk->minimum > LEAST_QUERY ? disk->minimum
                                                 : LEAST_QUERY;
    tool_walk_free (questions);
    *questions = (struct tool_walk) {
      .length = reach,
      .most = reach,
      .least = least,
      .align = least,
      .ahead = 1,
    };
    tool_walk_add (questions, begin, disk->size);
  }
  tool_walk_skip (questions, begin);
}

/* Ask for the status from the walk's position on.  False: that is not
 * possible. */
static bool
ask (struct walk *walk)
{
  struct disk *disk = walk->disk;
  if (!disk->can_map || phase_now () != SERVING
      || tool_now_ms () >= walk->deadline_ms || !disk_works (disk))
    return false;
  struct query *query = calloc (1, sizeof *query);
  if (query == NULL)
    return false;
  query->completed.function = query_end;
  query->walk = walk;
  query->changes = disk->changes;
  prepare_questions (walk);
  if (!tool_walk_next (&walk->questions, &query->range)) {
    free (query);
    return false;
  }
  struct tool_range *range = &query->range;
  tool_map_begin (&query->map, range->begin);
  disk_touch (disk);
  nbd_extent64_callback extents = {
    .callback = take_extents,
    .user_data = query,
  };
  nbd_completion_callback completed = {
    .callback = query_completed,
    .user_data = query,
  };
  query->cookie = nbd_aio_block_status_64 (disk->h, range->end - range->begin,
                                           range->begin, extents, completed,
                                           0);
  if (query->cookie == -1) {
    tool_walk_lost (&walk->questions, range);
    free (query);
    return false;
  }
  walk->query = query;
  return true;
}

/* Continue the walk with the map that is known, and ask for more.  FRESH: the
 * map has just been received, so it is used even if the disk was written
 * meanwhile. */
static void
step (struct walk *walk, bool fresh)
{
  struct disk *disk = walk->disk;
  struct tool_map *map = &disk->map;
  while (walk->position < disk->size) {
    if (walk->position < map->begin || walk->position >= map->end
        || (!fresh && disk->map_changes != disk->changes)) {
      if (!ask (walk))
        break;
      return;
    }
    for (size_t i = tool_map_find (map, walk->position); i < map->count;
         i++) {
      const struct tool_extent *extent = &map->extents[i];
      if (walk->visit (walk, extent->end, extent->flags)) {
        walk->done (walk, true);
        return;
      }
      walk->position = extent->end;
    }
    fresh = false;
  }
  walk->done (walk, walk->position >= disk->size);
}

void
walk_start (struct walk *walk)
{
  step (walk, false);
}

void
walk_stop (struct walk *walk)
{
  walk->deadline_ms = 0;
  if (walk->query == NULL)
    return;
  nbd_aio_cancel (walk->disk->h, walk->query->cookie);
  disk_touch (walk->disk);
}

void
walk_forget (struct walk *walk)
{
  tool_walk_free (&walk->questions);
}
