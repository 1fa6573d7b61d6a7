/* SPDX-License-Identifier: MIT */
/* A limit for the bandwidth. */
#ifndef COPY_RATE_H
#define COPY_RATE_H

#include "engine/copy.h"

extern void rate_begin (struct copy *c);
/* Milliseconds until LENGTH bytes may go, 0: they went. */
extern int rate_take (struct copy *c, uint64_t length);
/* So much of it did not go. */
extern void rate_return (struct copy *c, uint64_t length);
extern void rate_free (struct copy *c);

#endif /* COPY_RATE_H */
