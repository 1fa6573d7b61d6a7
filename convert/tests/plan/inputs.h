/* SPDX-License-Identifier: MIT */
/* Problems in words, for tests of the planner. */
#ifndef INPUTS_H
#define INPUTS_H

#include "plan.h"

/* The source: where it is, its codec ("xz" is one part, "xz*64" are that
 * many), its format.  It holds a disk of 10G of which 4G are data: a raw image
 * takes 10G, others take 4G, and a codec makes a quarter of that.  Of streams,
 * and of what is compressed and comes in order, no size is known but that in
 * the header of a format.  Besides:
 *
 *   in-order    the server sends no ranges
 *   size-hidden how large it is inside of the codec is not known
 *   compressed  the clusters of the format are
 *   backed      there is a backing file
 *
 * The goal: where, its format, and
 *
 *   size=20G    compressed  gpt (a table that has to follow the size)
 *   reflink     the file system can
 *   checksum verify rate    as the options
 *   no-scratch room=1G      scratch files: none, or so much; else any
 *   cores=8     instead of two
 *
 * The steps are all of the table. */
extern struct problem problem_of (const char *source, const char *goal);

/* "read ranges, write raw", to be freed. */
extern char *plan_steps (const struct plan *plan);

#endif /* INPUTS_H */
