/* SPDX-License-Identifier: MIT */
/* nbddiscard and nbdzero, which differ only in their default. */
#ifndef DISCARD_H
#define DISCARD_H

#include "tool.h"

/* What the user has asked for. */
struct wish {
  bool zero;     /* write zeroes instead of discarding */
  bool fast;     /* zero only if that is fast */
  bool allocate; /* zero, and keep the space allocated */
  bool check;    /* change nothing */
  bool quiet, verbose, yes;
  uint64_t offset;
  uint64_t length; /* from OFFSET on; UINT64_MAX: to the end */
};

/* A part of the export. */
struct range {
  uint64_t start, end;
};

/* The options of both tools. */
extern const struct tool_option discard_options[];

/* The main function of both tools.  ZERO: zero without --zero. */
extern int discard_main (const struct tool *tool, bool zero, int argc,
                         char **argv);

/* Return whether all of the range is a hole, or zero if ZERO.  If not, print on
 * standard output where it has data, unless QUIET. */
extern bool check_range (struct nbd_handle *h, struct range range, bool zero,
                         bool quiet);

/* Discard or zero the range, which must consist of whole blocks, with several
 * requests at a time.  On errors the tool fails; the message has the range. */
extern void clear_range (struct nbd_handle *h, struct range range,
                         const struct wish *wish);

/* Zero the parts of the range before its first and behind its last whole block.
 * Return the range of whole blocks. */
extern struct range zero_edges (struct nbd_handle *h, struct range range,
                                uint64_t block);

#endif /* DISCARD_H */
