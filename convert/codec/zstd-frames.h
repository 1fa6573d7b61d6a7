/* SPDX-License-Identifier: MIT */
/* What a file of zstd consists of, as far as that can be seen without
 * decoding it: RFC 8878. */
#ifndef CONVERT_ZSTD_FRAMES_H
#define CONVERT_ZSTD_FRAMES_H

#include "codec/codec.h"

#define ZSTD_LONGEST_HEADER 18
#define ZSTD_LARGEST_BLOCK (128u * 1024)

/* What zstd writes for so many bytes is shorter, whatever they are. */
#define ZSTD_STORED_MOST(size) ((size) + (size) / 64 + 64 * 1024)

/* No block is shorter than the four bytes that repeat one. */
#define ZSTD_HELD_MOST(stored) ((stored) / 4 * ZSTD_LARGEST_BLOCK)

/* Frames without content are rare; each is decoded to see that it is well. */
#define ZSTD_MOST_EMPTY 64

/* The seek table at the end of files in the seekable format. */
#define ZSTD_SEEK_TABLE UINT32_C (0x184D2A5E)
#define ZSTD_SEEK_TABLE_END UINT32_C (0x8F92EAB1)

enum zstd_kind {
  ZSTD_FRAME,
  ZSTD_SKIPPABLE, /* has no content for us */
  ZSTD_OLD,       /* of a version before 0.8 */
  ZSTD_ALIEN,     /* no frame */
};

struct zstd_header {
  enum zstd_kind kind;
  uint32_t magic;
  size_t length;       /* of the header */
  uint64_t size;       /* of the content, or UNKNOWN */
  uint64_t window;     /* what a decoder has to remember */
  uint32_t block;      /* no block is larger */
  uint32_t dictionary; /* that is needed, or 0 */
  bool checksum;       /* comes behind the blocks */
  bool reserved;       /* a bit is set whose meaning nobody knows */
};

/* How many bytes are needed to know the header that begins with these: if
 * more than there are, H is not set yet. */
extern size_t zstd_read_header (const unsigned char *p, size_t length,
                                struct zstd_header *h);

/* Is this all of a frame, or of several, without content? */
extern bool zstd_is_empty (struct input *in, uint64_t at, uint64_t stored,
                           char **why);

/* ---- zstd-table.c ---- */

/* The parts of a seek table; NONE if there is none that fits the file. */
extern enum found zstd_table_parts (struct input *in, struct parts *parts,
                                    char **why);

/* ---- zstd-frames.c ---- */

extern enum found zstd_find_parts (struct input *in, struct parts *parts,
                                   char **why);

#endif /* CONVERT_ZSTD_FRAMES_H */
