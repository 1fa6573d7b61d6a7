/* SPDX-License-Identifier: MIT */
/* A limit for the bandwidth. */
#ifndef COPY_RATE_H
#define COPY_RATE_H

#include "engine/copy.h"

extern void rate_begin (struct copy *c);
/* Ask to copy LENGTH bytes.  Return 0 if that is allowed, else after how many
 * milliseconds to ask again. */
extern int rate_take (struct copy *c, uint64_t length);
/* LENGTH of the bytes that were allowed were not copied. */
extern void rate_return (struct copy *c, uint64_t length);
extern void rate_free (struct copy *c);

#endif /* COPY_RATE_H */
