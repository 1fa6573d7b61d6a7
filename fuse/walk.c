/* SPDX-License-Identifier: MIT */
/* Block status, asked for piece by piece and remembered until a write. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "nbdfuse.h"

struct query {
  struct completed completed;   /* first, see query_end */
  struct walk *walk;
  struct map map;
  bool failed;
};

static int
take_extents (void *opaque, const char *context, uint64_t offset,
              nbd_extent *entries, size_t count, int *error)
{
  (void) context;
  (void) error;
  struct query *query = opaque;
  struct map *map = &query->map;
  if (map->count + count > map->room) {
    size_t room = map->count + count;
    struct extent *extents = realloc (map->extents, room * sizeof *extents);
    if (extents == NULL) {
      query->failed = true;
      return 0;
    }
    map->extents = extents;
    map->room = room;
  }
  uint64_t size = query->walk->disk->size;
  if (map->count == 0)
    map->begin = map->end = offset;
  for (size_t i = 0; i < count && map->end < size; i++) {
    uint64_t rest = size - map->end;
    map->end += entries[i].length < rest ? entries[i].length : rest;
    map->extents[map->count++] = (struct extent) {
      .end = map->end, .flags = entries[i].flags,
    };
  }
  return 0;
}

static void step (struct walk *walk, bool fresh);

static int
query_completed (void *opaque, int *error)
{
  struct query *query = opaque;
  query->completed.error = *error;
  completed_later (&query->completed);
  return 1;
}

static void
query_end (struct completed *completed)
{
  struct query *query = (struct query *) completed;
  struct walk *walk = query->walk;
  struct disk *disk = walk->disk;
  int error = completed->error;
  bool useful = !error && !query->failed
    && query->map.end > walk->position;

  commands_in_flight--;
  if (useful) {
    free (disk->map.extents);
    disk->map = query->map;
  } else {
    free (query->map.extents);
    /* Such a server will not answer later either. */
    if (error == EINVAL || error == ENOTSUP)
      disk->can_map = false;
  }
  free (query);
  if (useful)
    step (walk, true);
  else
    walk->done (walk, false);
}

/* Ask for the status from the walk's position on.  False: it cannot be. */
static bool
ask (struct walk *walk)
{
  struct disk *disk = walk->disk;
  struct connection *connection;
  if (!disk->can_map || walk->queries == 0
      || (connection = disk_connection (disk, 0)) == NULL)
    return false;
  struct query *query = calloc (1, sizeof *query);
  if (query == NULL)
    return false;
  walk->queries--;
  query->completed.function = query_end;
  query->walk = walk;
  query->map.changes = disk->changes;

  uint64_t begin = walk->position / disk->minimum * disk->minimum;
  uint64_t count = disk->size - begin;
  if (count > disk_reach (disk))
    count = disk_reach (disk);
  nbd_extent64_callback extents = {
    .callback = take_extents, .user_data = query,
  };
  nbd_completion_callback completed = {
    .callback = query_completed, .user_data = query,
  };
  if (nbd_aio_block_status_64 (connection->h, count, begin, extents,
                               completed, 0) == -1) {
    free (query);
    return false;
  }
  commands_in_flight++;
  return true;
}

/* The first extent that ends behind the position. */
static size_t
find (const struct map *map, uint64_t position)
{
  size_t low = 0, high = map->count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (map->extents[middle].end > position)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

/* Go on with what is known.  FRESH: it has just arrived, so it is used even
 * if somebody wrote meanwhile. */
static void
step (struct walk *walk, bool fresh)
{
  struct disk *disk = walk->disk;
  struct map *map = &disk->map;
  while (walk->position < disk->size) {
    if (walk->position < map->begin || walk->position >= map->end
        || (!fresh && map->changes != disk->changes)) {
      if (!ask (walk))
        break;
      return;
    }
    for (size_t i = find (map, walk->position); i < map->count; i++) {
      const struct extent *extent = &map->extents[i];
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
