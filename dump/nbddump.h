/* SPDX-License-Identifier: MIT */
/* The parts of nbddump. */
#ifndef NBDDUMP_H
#define NBDDUMP_H

#include "tool.h"

/* rows.c: print bytes that follow one another in rows of 16.  Rows that repeat
 * the one before become one "*", except the first and the disk's last one. */
extern void rows_begin (uint64_t offset, uint64_t disk_size);
extern void rows_add (const unsigned char *data, size_t length);
extern void rows_add_zeroes (uint64_t length);
extern void rows_end (void);

/* fetch.c: read a range of a connected export, and pass it to rows_add. */
extern void fetch (struct nbd_handle *h, uint64_t offset, uint64_t length);

#endif /* NBDDUMP_H */
