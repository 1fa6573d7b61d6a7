/* SPDX-License-Identifier: MIT */
/* The seek table of zstd's seekable format: a skippable frame at the end of
 * the file.  It lists the stored and the decoded size of each frame, and
 * optionally a checksum of the frame's content.
 *
 *   magic, length | stored, size[, checksum] ... | count, descriptor, magic
 *
 * Reading the table is all that it takes to find the parts, so even a remote
 * file can be read at random.  The sizes must add up to the size of the file.
 * Whether an entry is true of its frame is checked when the frame is decoded.
 * A table that does not fit its file is not used and is no error, because
 * programs that decode in order never read it. */
#include <config.h>

#include <stdlib.h>

#include "codec/peek.h"
#include "codec/zstd-frames.h"

#define HEADER 8
#define FOOTER 9
#define HAS_CHECKSUMS 0x80
#define RESERVED 0x7c
#define PIECE 65536 /* how many entries are read at a time */

struct table {
  struct input *in;
  struct parts *parts;
  uint64_t at;    /* offset of the table */
  uint64_t count; /* number of entries */
  size_t entry;   /* bytes of one entry */
  unsigned empty; /* number of empty entries */
  struct part next;
  char **why;
};

/* Whether the file ends with something that looks like a seek table. */
static bool
find_table (struct table *t)
{
  unsigned char footer[FOOTER], header[HEADER];
  uint64_t size = t->in->size;

  if (size < HEADER + FOOTER
      || read_all (t->in, footer, FOOTER, size - FOOTER, t->why) == -1
      || read_number (footer + 5, 4) != ZSTD_SEEK_TABLE_END)
    return false;
  t->count = read_number (footer, 4);
  t->entry = footer[4] & HAS_CHECKSUMS ? 12 : 8;
  uint64_t length = t->count * t->entry + FOOTER;
  if ((footer[4] & RESERVED) != 0 || t->count > MOST_PARTS
      || length > size - HEADER)
    return false;
  t->at = size - HEADER - length;
  return read_all (t->in, header, HEADER, t->at, t->why) == 0
         && read_number (header, 4) == ZSTD_SEEK_TABLE
         && read_number (header + 4, 4) == length;
}

/* Make a part of an entry, unless the frame is empty. */
static bool
take_entry (struct table *t, const unsigned char *p)
{
  struct part *next = &t->next;

  next->stored = read_number (p, 4);
  next->size = read_number (p + 4, 4);
  next->kind = t->entry == 12 ? read_number (p + 8, 4) : 0;
  if (next->stored > t->at - next->stored_at || next->size > LARGEST_PART
      || next->stored > ZSTD_STORED_MOST (next->size)
      || next->size > ZSTD_HELD_MOST (next->stored))
    return false;
  if (next->size > 0 && !parts_add (t->parts, next))
    return false;
  if (next->size == 0
      && (t->empty++ == ZSTD_MOST_EMPTY
          || !zstd_is_empty (t->in, next->stored_at, next->stored, t->why)))
    return false;
  next->stored_at += next->stored;
  next->at += next->size;
  return true;
}

static bool
take_entries (struct table *t)
{
  unsigned char *piece = malloc (PIECE * t->entry);
  bool fits = piece != NULL;
  uint64_t at = t->at + HEADER;

  for (uint64_t left = t->count; fits && left > 0;) {
    size_t n = left < PIECE ? left : PIECE;
    fits = read_all (t->in, piece, n * t->entry, at, t->why) == 0;
    for (size_t i = 0; fits && i < n; i++)
      fits = take_entry (t, piece + i * t->entry);
    at += n * t->entry;
    left -= n;
  }
  free (piece);
  return fits && t->next.stored_at == t->at;
}

enum found
zstd_table_parts (struct input *in, struct parts *parts, char **why)
{
  struct table t = { .in = in, .parts = parts, .why = why };

  if (find_table (&t) && take_entries (&t))
    return PARTS_FOUND;
  parts_free (parts);
  return *why ? PARTS_BROKEN : PARTS_NONE;
}
