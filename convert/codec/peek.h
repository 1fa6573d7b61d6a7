/* SPDX-License-Identifier: MIT */
/* Read a few bytes at many places of an input, to find out where parts begin.
 *
 * Files and devices are read in pieces of 4 KiB, so that little is read
 * between these places.  An NBD server or a helper may be far away.  There
 * one read may take as long as the transfer of a MiB, so pieces have 64 KiB.
 * Such a search gives up if it needs more than 64 reads plus one for each MiB
 * that it has passed.  So a search in vain stops early, mostly after 64 reads
 * (4 MiB), and a search that succeeds takes not much longer than reading the
 * file. */
#ifndef CONVERT_PEEK_H
#define CONVERT_PEEK_H

#include <stddef.h>
#include <stdint.h>

#include "source/input.h"

#define PEEK_MOST 4096u /* the most bytes of one call */
#define PEEK_PIECE (64u * 1024)

/* The members behind IN begin as 0. */
struct peek {
  struct input *in; /* readable at random, of known size */
  uint64_t at;      /* offset of PIECE */
  size_t length;    /* valid bytes of PIECE */
  uint64_t reads;
  unsigned char piece[PEEK_PIECE];
};

/* Returns LENGTH bytes, which must be within the input, valid until the next
 * call.  Returns NULL with *WHY if they cannot be read, and NULL without *WHY
 * if the search is to be given up. */
extern const unsigned char *peek (struct peek *p, uint64_t at, size_t length,
                                  char **why);

/* Read LENGTH bytes.  Returns 0, or -1 with *WHY. */
extern int read_all (struct input *in, void *buffer, size_t length,
                     uint64_t at, char **why);

/* A little-endian number of up to 8 bytes. */
extern uint64_t read_number (const unsigned char *p, size_t bytes);

#endif /* CONVERT_PEEK_H */
