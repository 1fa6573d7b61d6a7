/* SPDX-License-Identifier: MIT */

/* Make xz files and change their ends. */

#ifndef XZ_FILES_H
#define XZ_FILES_H

#include <lzma.h>

#include "mutants.h"

#define HEADER LZMA_STREAM_HEADER_SIZE
#define MOST_PLACES 64

/* A file, and where its structures begin. */
struct xz_made {
  struct sample sample;
  size_t places[MOST_PLACES];
};

extern void xz_must (lzma_ret r, lzma_ret expected);

/* Add a stream with blocks of about BLOCK bytes.  With SIZES the headers of
 * blocks say their sizes. */
extern void xz_add_stream (struct xz_made *m, size_t length, size_t block,
                           lzma_check check, bool sizes);

/* The end of the last stream. */
struct xz_tail {
  size_t index_at, footer_at;
  lzma_stream_flags footer;
  lzma_index *index;
  lzma_vli stored; /* bytes of all blocks */
};

/* Read the tail of a file without padding at its end.  The index is to be
 * freed. */
extern struct xz_tail xz_take_tail (const struct bytes *file);
/* Replace the tail of FILE by this index and a footer that fits it. */
extern void xz_put_tail (struct bytes *file, struct xz_tail *t,
                         const unsigned char *index, size_t length);
/* The same, with an index that liblzma encodes. */
extern void xz_put_index (struct bytes *file, struct xz_tail *t,
                          lzma_index *index);
/* The same, with an index of COUNT blocks and these records, in LENGTH bytes.
 * 0: as many bytes as it needs. */
extern void xz_put_count (struct bytes *file, struct xz_tail *t,
                          lzma_vli count, const lzma_vli *records, size_t nr,
                          size_t length);
/* Where the last stream begins. */
extern size_t xz_start_of (const struct xz_tail *t);

#endif /* XZ_FILES_H */
