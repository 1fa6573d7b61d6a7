/* SPDX-License-Identifier: MIT */
/* --checksum: check that the source, as it is stored, has the expected
 * checksum.
 *
 * A source that is read in order is digested while it is read.  A source that
 * is read at random is read once more by a thread.  This costs little as long
 * as the kernel has the data in memory. */
#ifndef CONVERT_CHECKSUM_H
#define CONVERT_CHECKSUM_H

#include "source/input.h"

#define DIGEST_MOST 64

/* The argument of the option: ALGORITHM:DIGITS. */
struct checksum_wish {
  const char *algorithm; /* NULL: no checksum is wanted */
  unsigned char expected[DIGEST_MOST];
  unsigned length;
};

/* Take the argument of the option.  Errors end the program. */
extern void checksum_take (struct checksum_wish *wish, const char *text);

struct checksum;

/* Begin to check IN.  Read checksum_input instead of IN from now on.  Free
 * with checksum_free.  Returns NULL with *WHY. */
extern struct checksum *checksum_begin (const struct checksum_wish *wish,
                                        struct input *in, char **why);
extern struct input *checksum_input (struct checksum *c);
/* Wait until the whole source was read and compare.  Returns 0, or -1 with
 * *WHY. */
extern int checksum_end (struct checksum *c, char **why);
extern void checksum_free (struct checksum *c);

#endif /* CONVERT_CHECKSUM_H */
