/* SPDX-License-Identifier: MIT */
/* --verify, --blkhash: digests of the data that was copied. */
#ifndef COPY_VERIFY_H
#define COPY_VERIFY_H

#include "engine/copy.h"

/* ---- verify.c ---- */

/* 0, or -1 after copy_fail. */
extern int verify_begin (struct copy *c);
extern void verify_record (struct copy *c, const struct extent *what);
/* Prepare the second pass, which reads back what was written and flushed.  0,
 * or -1 after copy_fail. */
extern int verify_prepare (struct copy *c);
extern void verify_free (struct copy *c);

/* ---- blkhash.c ---- */

/* 0, or -1 after copy_fail. */
extern int blkhash_begin (struct copy *c);
/* Open the file that the hash is written to.  0, or -1 after copy_fail. */
extern int blkhash_prepare (struct copy *c);
extern uint64_t blkhash_block_size (const struct copy *c);
extern void blkhash_data (struct copy *c, const char *buffer,
                          uint64_t position, uint64_t length);
extern int blkhash_end (struct copy *c);
extern void blkhash_free (struct copy *c);

#endif /* COPY_VERIFY_H */
