/* SPDX-License-Identifier: MIT */
/* Walking over what a server says about ranges of an export. */
#ifndef EXTENTS_H
#define EXTENTS_H

#include "tool.h"

/* ---- reach.c: how far requests for block status go, if some fail ----
 *
 * For any tool that asks by itself, several tools at a time or several
 * threads, each with a struct of its own.  A request that failed is made
 * again for half as many bytes, until it is short.  Then the range is passed
 * over, and the next request is a short one.  Ranges passed over in a row
 * double, so that one that fails altogether costs few requests, and after
 * some of them nothing more is asked.  With answers the requests grow again.
 */

struct tool_reach {
  uint64_t most;                /* bytes of a request when all goes well */
  uint64_t next;                /* of the next request, at most */
  unsigned failures;            /* ranges passed over in a row */
};

/* Begin; MOST is at least 64 KiB. */
extern void tool_reach_start (struct tool_reach *reach, uint64_t most);

/* A request was answered. */
extern void tool_reach_answered (struct tool_reach *reach);

/* A request for LENGTH bytes failed.  0: ask again, for reach->next bytes.
 * Otherwise, from where it began, so many bytes stay unknown, also if they
 * are more than were asked for; UINT64_MAX: all that is left. */
extern uint64_t tool_reach_failed (struct tool_reach *reach,
                                   uint64_t length);

/* ---- extents.c ---- */

/* Called for each extent, in order, with neighbours of one type merged.
 * It may use the handle and wait with tool_poll.  Not 0 ends the walk. */
typedef int tool_extent_function (void *opaque, uint64_t offset,
                                  uint64_t length, uint64_t type);

/* The same for a range of which the server could not tell anything, and
 * WHY.  The walk goes on behind it. */
typedef int tool_unknown_function (void *opaque, uint64_t offset,
                                   uint64_t length, const char *why);

struct tool_walk {
  struct nbd_handle *h;         /* connected */
  const char *context;          /* a metadata context that was negotiated */
  uint64_t offset, length;      /* of the range */
  tool_extent_function *extent;
  tool_unknown_function *unknown;
  void *opaque;
};

/* Ask the server for the context of the range.  Several requests are in
 * flight; memory stays within what a few replies take.  Standard output is
 * flushed before waiting, and tool_progress called with the bytes done.
 *
 * Returns what a function returned.  Fails the tool if the connection ends. */
extern int tool_each_extent (const struct tool_walk *walk);

#endif /* EXTENTS_H */
