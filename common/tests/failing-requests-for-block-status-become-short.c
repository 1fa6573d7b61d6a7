/* SPDX-License-Identifier: MIT */
/* Block status requests that fail are repeated in shorter parts.  Parts that
 * fail are passed over in growing gaps, until nothing more is asked.  All that
 * the server can tell is told, once. */
#include "check.h"
#include "extents.h"

#define SHORT UINT64_C (65536)
#define FEW 100

static struct tool_walk
walk_of (uint64_t length, unsigned ahead)
{
  return (struct tool_walk) {
    .length = length,
    .most = length,
    .least = SHORT,
    .align = SHORT,
    .ahead = ahead,
  };
}

/* If a server always fails, few questions are asked, also on a large disk. */
static void
fails_all (uint64_t length, unsigned ahead)
{
  struct tool_walk walk = walk_of (length, ahead);
  struct tool_range q, rest;
  unsigned questions = 0;
  uint64_t unknown = 0;
  enum tool_walk_failure r = TOOL_WALK_PARTS;

  tool_walk_add (&walk, 0, UINT64_MAX - 1);
  while (tool_walk_next (&walk, &q)) {
    CHECK (q.begin == unknown || ahead > 1);
    CHECK (q.end - q.begin <= length);
    r = tool_walk_failed (&walk, &q, q.end);
    if (r != TOOL_WALK_PARTS)
      unknown = q.end;
    questions++;
  }
  CHECK (r == TOOL_WALK_GIVEN_UP && walk.given_up);
  CHECK (questions < FEW);
  while (tool_walk_rest (&walk, &rest)) {
    CHECK (rest.begin == unknown);
    unknown = rest.end;
  }
  CHECK (unknown == UINT64_MAX - 1);
  CHECK (tool_walk_lowest (&walk, 5) == 5);
  tool_walk_free (&walk);
}

/* The server cannot tell the status of [BAD, BAD_END): the gaps are not much
 * larger, and all other ranges are told in order. */
static void
passes_over (uint64_t size, uint64_t length, uint64_t bad, uint64_t bad_end)
{
  struct tool_walk walk = walk_of (length, 1);
  struct tool_range q;
  unsigned questions = 0;
  uint64_t at = 0, lost = 0;

  tool_walk_add (&walk, 0, size);
  while (tool_walk_next (&walk, &q)) {
    CHECK (q.begin == at);
    if (q.begin >= bad_end || q.end <= bad) {
      tool_walk_told (&walk, &q, q.end);
      at = q.end;
    }
    else if (tool_walk_failed (&walk, &q, q.end) != TOOL_WALK_PARTS) {
      lost += q.end - q.begin;
      at = q.end;
    }
    questions++;
  }
  CHECK (at == size && !walk.given_up);
  CHECK (lost >= bad_end - bad && lost < 4 * (bad_end - bad) + 2 * SHORT);
  CHECK (questions < size / length + 3 * FEW);
  tool_walk_free (&walk);
}

/* Near a failure there is one question at a time. */
static void
asks_with_care (void)
{
  struct tool_walk walk = walk_of (UINT64_C (1) << 30, 8);
  struct tool_range q[8], more;

  tool_walk_add (&walk, 0, UINT64_C (1) << 40);
  for (int i = 0; i < 8; i++)
    CHECK (tool_walk_next (&walk, &q[i]));
  CHECK (!tool_walk_next (&walk, &more));
  CHECK (tool_walk_failed (&walk, &q[3], q[3].end) == TOOL_WALK_PARTS);
  CHECK (!tool_walk_next (&walk, &more));
  CHECK (tool_walk_lowest (&walk, UINT64_MAX) == 0);
  for (int i = 0; i < 8; i++)
    if (i != 3)
      tool_walk_told (&walk, &q[i], q[i].end);
  CHECK (tool_walk_next (&walk, &q[0]) && q[0].begin == q[3].begin);
  CHECK (2 * (q[0].end - q[0].begin) == q[3].end - q[3].begin);
  CHECK (!tool_walk_next (&walk, &more));
  tool_walk_lost (&walk, &q[0]);
  CHECK (tool_walk_next (&walk, &more) && more.begin == q[0].begin);
  tool_walk_told (&walk, &more, more.begin + SHORT);
  CHECK (tool_walk_next (&walk, &q[0]) && q[0].begin == more.begin + SHORT);
  tool_walk_told (&walk, &q[0], q[0].end);
  for (int i = 0; i < 8; i++)
    CHECK (tool_walk_next (&walk, &q[i]));
  tool_walk_free (&walk);
}

/* Answers may come in any order; the rest is asked in ascending order. */
static void
keeps_the_order (void)
{
  struct tool_walk walk = walk_of (UINT64_C (1) << 30, 4);
  struct tool_range q[4], next;

  tool_walk_add (&walk, 0, UINT64_C (1) << 40);
  for (int i = 0; i < 4; i++)
    CHECK (tool_walk_next (&walk, &q[i]));
  tool_walk_failed (&walk, &q[0], q[0].end);
  tool_walk_lost (&walk, &q[2]);
  tool_walk_told (&walk, &q[1], q[1].begin + 5 * SHORT);
  tool_walk_failed (&walk, &q[3], q[3].end);
  CHECK (tool_walk_next (&walk, &next) && next.begin == 0);
  tool_walk_told (&walk, &next, SHORT);
  CHECK (tool_walk_next (&walk, &next) && next.begin == SHORT);
  CHECK (next.end == q[0].end);
  tool_walk_told (&walk, &next, next.end);
  CHECK (tool_walk_next (&walk, &next));
  CHECK (next.begin == q[1].begin + 5 * SHORT);
  tool_walk_free (&walk);
}

/* A map keeps answers in order and joins them, up to the end of the
 * question. */
static void
keeps_answers (void)
{
  struct tool_map map;
  nbd_extent said[] = { { 100, 0 }, { 0, 3 }, { 50, 0 }, { 70, 2 } };

  tool_map_begin (&map, 1000);
  CHECK (map.count == 0 && tool_map_find (&map, 1000) == 0);
  tool_map_take (&map, 999, said, 4, 1200);
  CHECK (map.end == 1000);
  tool_map_take (&map, 1000, said, 4, 1200);
  CHECK (map.end == 1200 && map.count == 2);
  CHECK (map.extents[0].end == 1150 && map.extents[0].flags == 0);
  CHECK (map.extents[1].end == 1200 && map.extents[1].flags == 2);
  CHECK (tool_map_find (&map, 1149) == 0 && tool_map_find (&map, 1150) == 1);
  CHECK (tool_map_find (&map, 1200) == 2);
  tool_map_take (&map, 1200, said, 1, UINT64_MAX);
  CHECK (map.end == 1300 && map.count == 3);
  tool_map_free (&map);
  CHECK (map.count == 0 && map.extents == NULL);
}

void
test (void)
{
  static const uint64_t lengths[] = {
    SHORT, SHORT + 1, 100000, 0xfff00000, UINT64_C (1) << 62, UINT64_MAX,
  };
  const uint64_t tib = UINT64_C (1) << 40;

  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
    fails_all (lengths[i], 1);
  fails_all (0xfff00000, 4);
  passes_over (2 * tib, 0xfff00000, 12345678901, 12345678902);
  passes_over (2 * tib, UINT64_MAX, tib - 1, tib + 1);
  passes_over (2 * tib + 512, UINT64_C (1) << 30, tib, tib + (1 << 28));
  passes_over (SHORT / 2, UINT64_MAX, 0, SHORT / 2);
  asks_with_care ();
  keeps_the_order ();
  keeps_answers ();
}
