/* SPDX-License-Identifier: MIT */
/* Walking over what a server says about ranges of an export. */
#ifndef EXTENTS_H
#define EXTENTS_H

#include "tool.h"

/* Called for each extent, in order, with neighbours of one type merged.
 * It may use the handle and wait with tool_poll.  Not 0 ends the walk. */
typedef int tool_extent_function (void *opaque, uint64_t offset,
                                  uint64_t length, uint64_t type);

/* Ask the connected server for metadata context CONTEXT, which was
 * negotiated, of LENGTH bytes at OFFSET.  Several requests are in flight;
 * memory stays within what a few replies take.  Standard output is flushed
 * before waiting, and tool_progress called with the bytes done.
 *
 * Returns what the function returned.  Fails the tool if the server does. */
extern int tool_each_extent (struct nbd_handle *h, const char *context,
                             uint64_t offset, uint64_t length,
                             tool_extent_function *function, void *opaque);

#endif /* EXTENTS_H */
