/* SPDX-License-Identifier: MIT */
/* What the files of the codec xz share. */
#ifndef CONVERT_XZ_H
#define CONVERT_XZ_H

#include <lzma.h>

#include "codec/codec.h"

/* The kind of a part: its check, and how many bytes of padding are at its
 * end. */
#define XZ_KIND(check, padding) \
  ((uint32_t) (check) | (uint32_t) (padding) << 8)
#define XZ_CHECK(kind) ((lzma_check) ((kind) &0xff))
#define XZ_PADDING(kind) ((kind) >> 8)

/* xz-index.c, xz-block.c: see codec.h. */
extern enum found xz_find_parts (struct input *in, struct parts *parts,
                                 char **why);
extern int xz_decode_part (struct input *in, const struct part *part,
                           void *out, char **why);

/* How much memory the block with this header needs to be decoded; 0: this is
 * not a header. */
extern uint64_t xz_memory (const unsigned char *header, size_t length);

/* In xz-threads.c, or in xz-one-thread.c for a liblzma without threads: begin
 * to decode all streams of a file in order. */
extern lzma_ret xz_begin (lzma_stream *strm, unsigned threads,
                          uint64_t memory);

#endif /* CONVERT_XZ_H */
