/* SPDX-License-Identifier: MIT */
/* nbddiscard and nbdzero, which differ in what they do by default. */
#ifndef DISCARD_H
#define DISCARD_H

#include "tool.h"

/* What was asked for. */
struct wish {
  bool zero;     /* write zeroes instead of discarding */
  bool fast;     /* only if that is fast */
  bool allocate; /* and keep the space */
  bool check;    /* change nothing */
  bool quiet, verbose, yes;
  uint64_t offset;
  uint64_t length; /* from there on; UINT64_MAX: all */
};

/* A part of the export. */
struct range {
  uint64_t start, end;
};

/* The options of both tools. */
extern const struct tool_option discard_options[];

/* All of main; ZERO is what the tool does without --zero. */
extern int discard_main (const struct tool *tool, bool zero, int argc,
                         char **argv);

/* Look whether the range is sparse, or zero if ZERO.  Otherwise say on
 * standard output where it has data, unless QUIET. */
extern bool check_range (struct nbd_handle *h, struct range range, bool zero,
                         bool quiet);

/* Discard or zero the range, which begins and ends on a block, many requests
 * at a time.  Fails the tool with the range that could not be done. */
extern void clear_range (struct nbd_handle *h, struct range range,
                         const struct wish *wish);

/* Zero what of the range is before its first and behind its last whole
 * block, and return what is between. */
extern struct range zero_edges (struct nbd_handle *h, struct range range,
                                uint64_t block);

#endif /* DISCARD_H */
