/* SPDX-License-Identifier: MIT */
/* Problems that are described in words, for tests of the planner. */
#ifndef INPUTS_H
#define INPUTS_H

#include "plan.h"

/* The words of a source: its place, its codec ("xz" has one part, "xz*64"
 * has 64 parts), and its format.  It holds a disk of 10G, 4G of which are
 * data.  A raw image has 10G, other formats have 4G, and a codec reduces that
 * to a quarter.  The size of a stream, and of a compressed source that comes
 * in order, is not known, except for the size in the header of a format.
 * Other words:
 *
 *   in-order    the server does not support ranges
 *   size-hidden the size of the decoded data is not known
 *   compressed  all clusters of the format are compressed
 *   backed      there is a backing file
 *   doubtful    it does not look like its format
 *
 * The words of a goal: its place, its format, and
 *
 *   size=20G    compressed  gpt (a table that has to follow the size)
 *   options     needs-size (--format-option, and one that needs the size)
 *   expand      move=1G     fill (a partition grows, and its file system)
 *   reflink     the file system can share blocks
 *   checksum verify rate    the options of this name
 *   no-scratch room=1G      limits of scratch files; without: no limit
 *   cores=8     instead of two
 *
 * The problem has all steps of the table. */
extern struct problem problem_of (const char *source, const char *goal);

/* Words such as "read ranges, write raw", to be freed. */
extern char *plan_steps (const struct plan *plan);

#endif /* INPUTS_H */
