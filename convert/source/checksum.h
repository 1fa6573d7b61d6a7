/* SPDX-License-Identifier: MIT */
/* --checksum: is the source what it should be, as it is stored?
 *
 * What is read in order anyway is digested on its way.  Of what is read at
 * random, a thread reads all once more, which costs little where the kernel
 * still has it in memory. */
#ifndef CONVERT_CHECKSUM_H
#define CONVERT_CHECKSUM_H

#include "source/input.h"

#define DIGEST_MOST 64

/* What the user said: ALGORITHM:DIGITS. */
struct checksum_wish {
  const char *algorithm; /* NULL: nothing is checked */
  unsigned char expected[DIGEST_MOST];
  unsigned length;
};

/* Mistakes fail the tool. */
extern void checksum_take (struct checksum_wish *wish, const char *text);

struct checksum;

/* Begin to check IN.  What it returns is to be read instead of IN, and ends
 * with checksum_free; NULL with *WHY. */
extern struct checksum *checksum_begin (const struct checksum_wish *wish,
                                        struct input *in, char **why);
extern struct input *checksum_input (struct checksum *c);
/* Wait until all was read; 0, or -1 with *WHY. */
extern int checksum_end (struct checksum *c, char **why);
extern void checksum_free (struct checksum *c);

#endif /* CONVERT_CHECKSUM_H */
