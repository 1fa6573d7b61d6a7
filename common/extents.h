/* SPDX-License-Identifier: MIT */
/* Asking a server for the block status of ranges of an export.
 *
 *  - struct tool_map holds the extents that the server reported, in order and
 *    without gaps.
 *  - struct tool_walk decides which range to ask for next.  It sends nothing
 *    and waits for nothing, so it can be used with blocking calls, in an event
 *    loop, and by several threads (which lock it).
 *  - tool_each_extent asks for a whole range, for tools that can wait.
 *
 * A question is one block status request: a range to ask for. */
#ifndef EXTENTS_H
#define EXTENTS_H

#include "tool.h"

struct tool_range {
  uint64_t begin, end;
};

/* ---- map.c: the extents that were reported ---- */

/* An extent begins where the one before it ends. */
struct tool_extent {
  uint64_t end, flags;
};

struct tool_map {
  uint64_t begin, end; /* equal: nothing is known */
  struct tool_extent *extents;
  size_t count, room;
  bool out_of_memory; /* extents reported since then are missing */
};

/* Begin an empty map.  Memory that the struct held before is not freed. */
extern void tool_map_begin (struct tool_map *map, uint64_t position);
/* Add an extent from the map's end to END.  It is joined with the one before
 * it if both have the same flags. */
extern void tool_map_add (struct tool_map *map, uint64_t end, uint64_t flags);
/* Add the extents of a server's reply, if OFFSET is the end of the map.
 * Nothing is added behind MOST. */
extern void tool_map_take (struct tool_map *map, uint64_t offset,
                           const nbd_extent *extents, size_t count,
                           uint64_t most);
/* The index of the first extent that ends behind the position. */
extern size_t tool_map_find (const struct tool_map *map, uint64_t position);
extern void tool_map_free (struct tool_map *map);

/* ---- walk.c: what to ask ----
 *
 * Ranges are added and cut into questions, each of which is answered or
 * fails.  The part that an answer does not cover is asked for again.  A
 * question that failed is asked again in shorter parts, each half as long,
 * one at a time.  If a short question fails, its status stays unknown, and
 * the walk continues behind this gap.  Each gap that directly follows another
 * one is as long as all before it, so that a range that fails altogether
 * costs few questions.  After 16 gaps without an answer in between nothing
 * more is asked.  After answers the questions become longer again. */

#define TOOL_WALK_MOST_AHEAD 64

struct tool_walk {
  uint64_t length; /* of a question; changed by tool_walk_adapt */
  uint64_t most;   /* the longest question */
  uint64_t least;  /* shorter questions are not halved */
  uint64_t align;  /* END + PHASE of a question is a multiple of it */
  uint64_t phase;
  unsigned ahead; /* the most questions in flight */
  /* The rest begins with 0. */
  struct tool_range *unasked; /* a queue: COUNT ranges from HEAD on */
  size_t head, count, room;
  struct tool_range asked[TOOL_WALK_MOST_AHEAD];
  unsigned nr_asked;
  unsigned gaps;         /* since the last answer */
  struct tool_range gap; /* the last gaps that follow one another */
  uint64_t careful_end;  /* a question before it has failed, */
  uint64_t careful;      /* so questions there are no longer than this */
  bool given_up;
};

/* Add a range to the end of the queue. */
extern void tool_walk_add (struct tool_walk *walk, uint64_t begin,
                           uint64_t end);
/* Do not ask for anything before POSITION any more. */
extern void tool_walk_skip (struct tool_walk *walk, uint64_t position);

/* Take the next question.  Return false if there is none, or if questions in
 * flight have to end first. */
extern bool tool_walk_next (struct tool_walk *walk,
                            struct tool_range *question);

/* The question was answered up to UP_TO, which is behind its beginning. */
extern void tool_walk_told (struct tool_walk *walk,
                            const struct tool_range *question,
                            uint64_t up_to);
/* The question was lost with its connection: ask it again. */
extern void tool_walk_lost (struct tool_walk *walk,
                            const struct tool_range *question);
/* The question failed for the range before END; the rest was not asked. */
enum tool_walk_failure {
  TOOL_WALK_PARTS,    /* the range will be asked in shorter parts */
  TOOL_WALK_GAP,      /* the range stays unknown */
  TOOL_WALK_GIVEN_UP, /* so does all that was not answered yet */
};
extern enum tool_walk_failure tool_walk_failed (
  struct tool_walk *walk, const struct tool_range *question, uint64_t end);

/* An answer had so many extents.  After few of them the next questions are
 * longer, after many shorter. */
extern void tool_walk_adapt (struct tool_walk *walk, size_t extents);

/* If the walk was given up, take a range that will not be asked for.  Return
 * false if there is none. */
extern bool tool_walk_rest (struct tool_walk *walk, struct tool_range *rest);
/* The lowest position that was not answered, at most OTHERWISE. */
extern uint64_t tool_walk_lowest (const struct tool_walk *walk,
                                  uint64_t otherwise);
extern void tool_walk_free (struct tool_walk *walk);

/* ---- extents.c: a whole walk ---- */

/* Called for each extent, in order, with neighbours of one type merged.
 * It may use the handle and wait with tool_poll.  If it does not return 0 the
 * walk ends. */
typedef int tool_extent_function (void *opaque, uint64_t offset,
                                  uint64_t length, uint64_t type);

/* The same for a range whose status the server could not tell, and WHY.  The
 * walk continues behind it. */
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

/* Ask the server for the extents of the range.  Several requests are in
 * flight; memory is bounded by what a few replies take.  Standard output is
 * flushed before waiting, and tool_progress is called with the bytes done.
 *
 * Return 0, or what a function returned to end the walk.  The tool fails if
 * the connection ends. */
extern int tool_each_extent (const struct tool_extents *of);

#endif /* EXTENTS_H */
