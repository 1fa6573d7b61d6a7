/* SPDX-License-Identifier: MIT */
/* Looking at a few bytes here and there, to find out where parts begin.
 *
 * Files and devices are read in pieces of 4 KiB, so that what is between the
 * places is not read.  What comes from an NBD server or a helper may be far
 * away, where a read takes about as long as the transfer of a MiB: there
 * pieces have 64 KiB, and a search that needs more than 64 reads, and more
 * than one for each MiB that it has passed, is given up.  So a search in vain
 * costs 4 MiB and 64 round trips at most, and one that succeeds no more time
 * than reading the file. */
#ifndef CONVERT_PEEK_H
#define CONVERT_PEEK_H

#include <stddef.h>
#include <stdint.h>

#include "source/input.h"

#define PEEK_MOST 4096u /* bytes at a time */
#define PEEK_PIECE (64u * 1024)

/* The rest begins with 0. */
struct peek {
  struct input *in; /* at random, of known size */
  uint64_t at;      /* where the piece begins, */
  size_t length;    /* and what is known of it */
  uint64_t reads;
  unsigned char piece[PEEK_PIECE];
};

/* Bytes that the input has, valid until the next call.  NULL: they cannot be
 * read, and *WHY says why; or, without *WHY, the search is given up. */
extern const unsigned char *peek (struct peek *p, uint64_t at, size_t length,
                                  char **why);

/* Read all of it, or -1 with *WHY. */
extern int read_all (struct input *in, void *buffer, size_t length,
                     uint64_t at, char **why);

/* A number of up to 8 bytes, the least of which comes first. */
extern uint64_t read_number (const unsigned char *p, size_t bytes);

#endif /* CONVERT_PEEK_H */
