/* SPDX-License-Identifier: MIT */
/* Walking over what a server says about ranges of an export.
 *
 * Whatever asks for block status does so in the same way:
 *
 *  - struct tool_map holds what was told, in order and without gaps.
 *  - struct tool_walk knows what to ask next.  It sends nothing and waits for
 *    nothing, so it serves tools that block, that have a loop of events, and
 *    that have threads (which lock it).
 *  - tool_each_extent is a whole walk, for tools that can wait for it. */
#ifndef EXTENTS_H
#define EXTENTS_H

#include "tool.h"

struct tool_range {
  uint64_t begin, end;
};

/* ---- map.c: what was told ---- */

/* It begins where the one before ends. */
struct tool_extent {
  uint64_t end, flags;
};

struct tool_map {
  uint64_t begin, end; /* equal: nothing is known */
  struct tool_extent *extents;
  size_t count, room;
  bool out_of_memory; /* and what came since then is missing */
};

/* Begin an empty one.  What the struct held is not freed. */
extern void tool_map_begin (struct tool_map *map, uint64_t position);
/* What follows, up to END, has these flags.  Neighbours are joined. */
extern void tool_map_add (struct tool_map *map, uint64_t end, uint64_t flags);
/* Take what a server says, if it follows, up to MOST. */
extern void tool_map_take (struct tool_map *map, uint64_t offset,
                           const nbd_extent *extents, size_t count,
                           uint64_t most);
/* The index of the first extent that ends behind the position. */
extern size_t tool_map_find (const struct tool_map *map, uint64_t position);
extern void tool_map_free (struct tool_map *map);

/* ---- walk.c: what to ask ----
 *
 * Ranges are added and cut into questions, each of which is told about, or
 * fails.  What a server left out of its answer is asked once more.  What has
 * failed is asked for in shorter parts, each half as long, one at a time.  If
 * a short one fails, nobody knows what is there, and the walk goes on behind
 * that gap.  Gaps that follow one another double, so that a range that fails
 * altogether costs few questions; after 16 of them without an answer nothing
 * more is asked.  With answers the questions become longer again. */

#define TOOL_WALK_MOST_AHEAD 64

struct tool_walk {
  uint64_t length; /* of a question, to begin with, */
  uint64_t most;   /* and at most */
  uint64_t least;  /* shorter ones are not halved */
  uint64_t align;  /* questions end at multiples of it, */
  uint64_t phase;  /* when so much is added */
  unsigned ahead;  /* questions on their way, at most */
  /* The rest begins with 0. */
  struct tool_range *unasked; /* a queue, of which these are in use */
  size_t head, count, room;
  struct tool_range asked[TOOL_WALK_MOST_AHEAD];
  unsigned nr_asked;
  unsigned gaps;         /* without an answer since then, */
  struct tool_range gap; /* and those that follow one another */
  uint64_t careful_end;  /* something before it has failed, */
  uint64_t careful;      /* so questions are no longer than this */
  bool given_up;
};

/* Something to ask about, behind all else. */
extern void tool_walk_add (struct tool_walk *walk, uint64_t begin,
                           uint64_t end);
/* What is before POSITION need not be asked any more. */
extern void tool_walk_skip (struct tool_walk *walk, uint64_t position);

/* The next question; false: there is none, or not now. */
extern bool tool_walk_next (struct tool_walk *walk,
                            struct tool_range *question);

/* What became of it.  It was told what is before UP_TO, which is behind its
 * beginning. */
extern void tool_walk_told (struct tool_walk *walk,
                            const struct tool_range *question,
                            uint64_t up_to);
/* It was lost with its connection: ask it again. */
extern void tool_walk_lost (struct tool_walk *walk,
                            const struct tool_range *question);
/* What is before END could not be told; the rest was not asked. */
enum tool_walk_failure {
  TOOL_WALK_PARTS,    /* that will be asked in shorter parts */
  TOOL_WALK_GAP,      /* that stays unknown */
  TOOL_WALK_GIVEN_UP, /* that and all that was not told yet */
};
extern enum tool_walk_failure tool_walk_failed (
  struct tool_walk *walk, const struct tool_range *question, uint64_t end);

/* So many extents were told at once: few or many of them make the next
 * questions longer or shorter. */
extern void tool_walk_adapt (struct tool_walk *walk, size_t extents);

/* Take what is not asked for, since the walk was given up. */
extern bool tool_walk_rest (struct tool_walk *walk, struct tool_range *rest);
/* The lowest position that was not told, at most OTHERWISE. */
extern uint64_t tool_walk_lowest (const struct tool_walk *walk,
                                  uint64_t otherwise);
extern void tool_walk_free (struct tool_walk *walk);

/* ---- extents.c: a whole walk ---- */

/* Called for each extent, in order, with neighbours of one type merged.
 * It may use the handle and wait with tool_poll.  Not 0 ends the walk. */
typedef int tool_extent_function (void *opaque, uint64_t offset,
                                  uint64_t length, uint64_t type);

/* The same for a range of which the server could not tell anything, and
 * WHY.  The walk goes on behind it. */
typedef int tool_unknown_function (void *opaque, uint64_t offset,
                                   uint64_t length, const char *why);

struct tool_extents {
  struct nbd_handle *h;    /* connected */
  const char *context;     /* a metadata context that was negotiated */
  uint64_t offset, length; /* of the range */
  tool_extent_function *extent;
  tool_unknown_function *unknown;
  void *opaque;
};

/* Ask the server for the context of the range.  Several requests are in
 * flight; memory stays within what a few replies take.  Standard output is
 * flushed before waiting, and tool_progress called with the bytes done.
 *
 * Returns what a function returned.  Fails the tool if the connection ends. */
extern int tool_each_extent (const struct tool_extents *of);

#endif /* EXTENTS_H */
