/* SPDX-License-Identifier: MIT */
/* The extents of a range, as a server has reported them. */
#include <config.h>

#include <stdlib.h>

#include "extents.h"

void
tool_map_begin (struct tool_map *map, uint64_t position)
{
  *map = (struct tool_map) { .begin = position, .end = position };
}

static bool
make_room (struct tool_map *map)
{
  if (map->count < map->room)
    return true;
  size_t room = map->room ? 2 * map->room : 16;
  struct tool_extent *extents = realloc (map->extents,
                                         room * sizeof *extents);
  if (extents == NULL) {
    map->out_of_memory = true;
    return false;
  }
  map->extents = extents;
  map->room = room;
  return true;
}

void
tool_map_add (struct tool_map *map, uint64_t end, uint64_t flags)
{
  if (end <= map->end || map->out_of_memory)
    return;
  struct tool_extent *last = map->count ? &map->extents[map->count - 1]
                                        : NULL;
  if (last != NULL && last->flags == flags)
    last->end = end;
  else if (make_room (map))
    map->extents[map->count++] = (struct tool_extent) {
      .end = end,
      .flags = flags,
    };
  else
    return;
  map->end = end;
}

void
tool_map_take (struct tool_map *map, uint64_t offset,
               const nbd_extent *extents, size_t count, uint64_t most)
{
  if (offset != map->end)
    return;
  for (size_t i = 0; i < count && map->end < most; i++) {
    uint64_t left = most - map->end;
    uint64_t length = extents[i].length < left ? extents[i].length : left;
    tool_map_add (map, map->end + length, extents[i].flags);
  }
}

size_t
tool_map_find (const struct tool_map *map, uint64_t position)
{
  size_t low = 0, high = map->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (map->extents[middle].end > position)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

void
tool_map_free (struct tool_map *map)
{
  free (map->extents);
  tool_map_begin (map, 0);
}
