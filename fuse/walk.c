/* SPDX-License-Identifier: MIT */
/* Block status, asked for piece by piece and remembered until a write. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "completed.h"
#include "disk.h"
#include "phase.h"
#include "walk.h"

struct query {
  struct completed completed;   /* first, see query_end */
  struct walk *walk;
  struct connection *connection;
  uint64_t begin, end;          /* that was asked for */
  struct map map;
  bool failed;
};

/* Room for COUNT more extents. */
static bool
reserve (struct map *map, size_t count)
{
  if (map->count + count <= map->room)
    return true;
  size_t room = map->count + count;
  struct extent *extents = realloc (map->extents, room * sizeof *extents);
  if (extents == NULL)
    return false;
  map->extents = extents;
  map->room = room;
  return true;
}

static int
take_extents (void *opaque, const char *context, uint64_t offset,
              nbd_extent *entries, size_t count, int *error)
{
  (void) context;
  (void) error;
  struct query *query = opaque;
  struct map *map = &query->map;
  if (!reserve (map, count)) {
    query->failed = true;
    return 0;
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

/* From where the query began so many bytes are data, for all that we can
 * find out. */
static bool
assume_data (struct query *query, uint64_t length)
{
  struct map *map = &query->map;
  uint64_t size = query->walk->disk->size;
  map->count = 0;
  if (!reserve (map, 1))
    return false;
  map->begin = query->begin;
  map->end = length < size - query->begin ? query->begin + length : size;
  map->extents[map->count++] = (struct extent) { .end = map->end };
  return true;
}

/* A query brought nothing.  Change what is asked for next, or make up the
 * answer.  False: that is the end of the walk. */
static bool
query_failed (struct query *query)
{
  struct walk *walk = query->walk;
  struct disk *disk = walk->disk;
  int error = query->completed.error;
  if (!connection_works (query->connection))
    return true;
  if (!disk->mapped && (error == EINVAL || error == ENOTSUP)) {
    /* Such a server will not answer later either. */
    disk->can_map = false;
    return false;
  }
  uint64_t unknown = tool_reach_failed (&disk->reach,
                                        query->end - query->begin);
  if (unknown == UINT64_MAX)
    tool_reach_start (&disk->reach, disk_reach (disk));
  return unknown == 0 || assume_data (query, unknown);
}

static void
query_end (struct completed *completed)
{
  struct query *query = (struct query *) completed;
  struct walk *walk = query->walk;
  struct disk *disk = walk->disk;
  bool go_on = true;

  if (!completed->error && !query->failed
      && query->map.end > walk->position) {
    disk->mapped = true;
    tool_reach_answered (&disk->reach);
  } else {
    query->map.end = 0;
    go_on = query_failed (query);
  }
  bool fresh = query->map.end > 0;
  if (fresh) {
    free (disk->map.extents);
    disk->map = query->map;
  } else
    free (query->map.extents);
  free (query);
  if (go_on)
    step (walk, fresh);
  else
    walk->done (walk, false);
}

/* The range of the next query: of whole blocks, or to the end. */
static void
choose_range (const struct walk *walk, struct query *query)
{
  const struct disk *disk = walk->disk;
  uint64_t reach = disk->reach.next;
  reach += (disk->minimum - reach % disk->minimum) % disk->minimum;
  query->begin = walk->position / disk->minimum * disk->minimum;
  query->end = disk->size - query->begin > reach ? query->begin + reach
    : disk->size;
}

/* Ask for the status from the walk's position on.  False: it cannot be. */
static bool
ask (struct walk *walk)
{
  struct disk *disk = walk->disk;
  struct connection *connection;
  if (!disk->can_map || phase_now () != SERVING
      || tool_now_ms () >= walk->deadline_ms
      || (connection = disk_connection (disk, 0)) == NULL)
    return false;
  struct query *query = calloc (1, sizeof *query);
  if (query == NULL)
    return false;
  query->completed.function = query_end;
  query->walk = walk;
  query->connection = connection;
  query->map.changes = disk->changes;
  choose_range (walk, query);
  connection_touch (connection);
  nbd_extent64_callback extents = {
    .callback = take_extents, .user_data = query,
  };
  nbd_completion_callback completed = {
    .callback = query_completed, .user_data = query,
  };
  if (nbd_aio_block_status_64 (connection->h, query->end - query->begin,
                               query->begin, extents, completed, 0) == -1) {
    free (query);
    return false;
  }
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
