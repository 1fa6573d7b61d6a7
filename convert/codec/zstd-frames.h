/* SPDX-License-Identifier: MIT */
/* The structure of a zstd file, as far as it can be seen without decoding:
 * RFC 8878. */
#ifndef CONVERT_ZSTD_FRAMES_H
#define CONVERT_ZSTD_FRAMES_H

#include "codec/codec.h"

#define ZSTD_LONGEST_HEADER 18
#define ZSTD_LARGEST_BLOCK (128u * 1024)

/* zstd never writes more than this for so many bytes of content. */
#define ZSTD_STORED_MOST(size) ((size) + (size) / 64 + 64 * 1024)

/* The shortest block has four bytes, which repeat one byte. */
#define ZSTD_HELD_MOST(stored) ((stored) / 4 * ZSTD_LARGEST_BLOCK)

/* Empty frames are rare.  Each is decoded, to check that it is valid. */
#define ZSTD_MOST_EMPTY 64

/* The magic numbers of a seek table, which ends a file of the seekable
 * format. */
#define ZSTD_SEEK_TABLE UINT32_C (0x184D2A5E)
#define ZSTD_SEEK_TABLE_END UINT32_C (0x8F92EAB1)

enum zstd_kind {
  ZSTD_FRAME,
  ZSTD_SKIPPABLE, /* without content for us */
  ZSTD_OLD,       /* written by a version before 0.8 */
  ZSTD_ALIEN,     /* not a frame */
};

struct zstd_header {
  enum zstd_kind kind;
  uint32_t magic;
  size_t length;       /* of the header */
  uint64_t size;       /* of the content, or UNKNOWN */
  uint64_t window;     /* how many decoded bytes a decoder has to keep */
  uint32_t block;      /* the largest size of a block */
  uint32_t dictionary; /* the ID of the dictionary that is needed, or 0 */
  bool checksum;       /* a checksum follows the blocks */
  bool reserved;       /* a reserved bit is set */
};

/* Decode a frame's header.  Returns how many bytes this needs; if that is
 * more than LENGTH, *H is not set or not complete. */
extern size_t zstd_read_header (const unsigned char *p, size_t length,
                                struct zstd_header *h);

/* Whether these stored bytes are complete frames without content. */
extern bool zstd_is_empty (struct input *in, uint64_t at, uint64_t stored,
                           char **why);

/* ---- zstd-table.c ---- */

/* Make the parts from the seek table.  PARTS_NONE: there is no table that
 * fits the file. */
extern enum found zstd_table_parts (struct input *in, struct parts *parts,
                                    char **why);

/* ---- zstd-frames.c ---- */

extern enum found zstd_find_parts (struct input *in, struct parts *parts,
                                   char **why);

#endif /* CONVERT_ZSTD_FRAMES_H */
