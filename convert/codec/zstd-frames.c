/* SPDX-License-Identifier: MIT */
/* Find the frames of a zstd file, each of which can be decoded independently.
 *
 * A frame does not say its stored length, but each of its blocks does, and a
 * block has at most 128 KiB of content.  So this code reads the three bytes
 * of each block's header and skips to the next block.  It stops at the first
 * frame that cannot be a part: one that does not say the size of its content
 * (written by pzstd, or by zstd that reads a pipe), or whose content is too
 * large.  So the usual file, which is one large frame, costs only a read of
 * its header.  For a small file of one frame the search is in vain.
 *
 * zstdmt and pzstd write a skippable frame before each frame, which says the
 * frame's stored length.  Then one read for each frame is enough.  With a
 * seek table nothing of this is needed.  See peek.h for the cost of reads and
 * for how far the search goes in a file that is far away. */
#include <config.h>

#include <inttypes.h>

#include "tool.h"

#include "codec/peek.h"
#include "codec/zstd-frames.h"

#define LENGTH_MAGIC UINT32_C (0x184D2A50)
#define LENGTH_SIZE 4

enum block_type { RAW_BLOCK, REPEATED_BYTE, COMPRESSED, RESERVED_BLOCK };

struct walk {
  struct peek peek;
  struct parts *parts;
  uint64_t size; /* of the file */
  uint64_t end;  /* of the next frame, as the skippable frame before it says;
                    or 0 */
  uint64_t all;  /* decoded size of the file, if it is certain even without
                    parts */
  unsigned empty;
  struct part next;
  char **why;
};

static enum found
truncated (struct walk *w)
{
  *w->why = tool_format ("it is truncated: the zstd frame at byte %" PRIu64
                         " goes on behind the end at byte %" PRIu64,
                         w->next.stored_at, w->size);
  return PARTS_BROKEN;
}

/* After peek failed: with *WHY the file is broken, otherwise the search is
 * given up. */
static enum found
blind (const struct walk *w)
{
  return *w->why ? PARTS_BROKEN : PARTS_NONE;
}

/* Read the header at AT, if the file is long enough for it. */
static enum found
look_at_header (struct walk *w, uint64_t at, struct zstd_header *h)
{
  size_t length = w->size - at < ZSTD_LONGEST_HEADER ? w->size - at
                                                     : ZSTD_LONGEST_HEADER;
  const unsigned char *p = peek (&w->peek, at, length, w->why);

  if (!p)
    return blind (w);
  /* Padding may be large, and is checked by the decoder in order. */
  if (at > 0 && p[0] == 0)
    return PARTS_NONE;
  return zstd_read_header (p, length, h) > length ? truncated (w)
                                                  : PARTS_FOUND;
}

/* Skip from block to block.  Sets *END to where the frame ends, and *MOST to
 * the most bytes that it can decode to. */
static enum found
walk_blocks (struct walk *w, const struct zstd_header *h, uint64_t *end,
             uint64_t *most)
{
  uint64_t at = w->next.stored_at + h->length;
  bool last = false;

  for (*most = 0; !last;) {
    if (w->size - at < 3)
      return truncated (w);
    const unsigned char *p = peek (&w->peek, at, 3, w->why);
    if (!p)
      return blind (w);
    uint32_t header = read_number (p, 3);
    last = header & 1;
    enum block_type type = header >> 1 & 3;
    uint32_t length = header >> 3;
    if (type == RESERVED_BLOCK || length > h->block) {
      *w->why = tool_format ("it is damaged: at byte %" PRIu64
                             " there is no valid block of zstd",
                             at);
      return PARTS_BROKEN;
    }
    *most += type == COMPRESSED ? h->block : length;
    length = type == REPEATED_BYTE ? 1 : length;
    if (w->size - at - 3 < length)
      return truncated (w);
    at += 3 + length;
    if (at - w->next.stored_at > ZSTD_STORED_MOST (h->size))
      return PARTS_NONE;
  }
  if (h->checksum && w->size - at < 4)
    return truncated (w);
  *end = at + (h->checksum ? 4 : 0);
  return PARTS_FOUND;
}

/* Take the end that the skippable frame before this frame said.  It is
 * believed only if another frame begins there, or the file ends. */
static bool
believe_end (struct walk *w)
{
  struct zstd_header h;
  uint64_t end = w->end;

  w->end = 0;
  if (end <= w->next.stored_at || end > w->size)
    return false;
  w->next.stored = end - w->next.stored_at;
  if (end == w->size)
    return true;
  if (w->size - end < 4)
    return false;
  const unsigned char *p = peek (&w->peek, end, 4, w->why);
  if (!p)
    return false;
  zstd_read_header (p, 4, &h);
  return h.kind == ZSTD_FRAME || h.kind == ZSTD_SKIPPABLE;
}

/* A frame that is too large for a part is decoded in order.  But if it is the
 * only frame, the size that it declares is the size of all.  Reading the
 * headers of all its blocks costs little in a local file. */
static enum found
take_large_frame (struct walk *w, const struct zstd_header *h)
{
  uint64_t end, most;

  if (h->size == UNKNOWN || w->next.at > 0 || w->peek.in->fd == -1)
    return PARTS_NONE;
  enum found found = walk_blocks (w, h, &end, &most);
  if (found == PARTS_FOUND && end == w->size && h->size <= most)
    w->all = h->size;
  return found == PARTS_BROKEN ? found : PARTS_NONE;
}

static enum found
take_frame (struct walk *w, const struct zstd_header *h)
{
  uint64_t end, most;

  if (h->dictionary != 0 || h->reserved)
    return PARTS_NONE;
  if (h->size > LARGEST_PART)
    return take_large_frame (w, h);
  w->next.size = h->size;
  if (!believe_end (w)) {
    enum found found = *w->why ? PARTS_BROKEN
                               : walk_blocks (w, h, &end, &most);
    if (found != PARTS_FOUND)
      return found;
    w->next.stored = end - w->next.stored_at;
    if (h->size > most) {
      *w->why = tool_format ("it is damaged: the zstd frame at byte %" PRIu64
                             " declares %" PRIu64 " bytes, but its blocks"
                             " hold at most %" PRIu64,
                             w->next.stored_at, h->size, most);
      return PARTS_BROKEN;
    }
  }
  if (w->next.stored > ZSTD_STORED_MOST (h->size)
      || h->size > ZSTD_HELD_MOST (w->next.stored))
    return PARTS_NONE;
  if (h->size == 0 ? w->empty++ == ZSTD_MOST_EMPTY
                       || !zstd_is_empty (w->peek.in, w->next.stored_at,
                                          w->next.stored, w->why)
                   : !parts_add (w->parts, &w->next))
    return blind (w);
  w->next.at += w->next.size;
  w->next.stored_at += w->next.stored;
  return PARTS_FOUND;
}

static enum found
take_skippable (struct walk *w, const struct zstd_header *h)
{
  uint64_t at = w->next.stored_at + h->length;

  w->end = 0;
  if (h->size > w->size - at)
    return truncated (w);
  w->next.stored_at = at + h->size;
  if (h->magic == LENGTH_MAGIC && h->size == LENGTH_SIZE) {
    const unsigned char *p = peek (&w->peek, at, LENGTH_SIZE, w->why);
    if (!p)
      return blind (w);
    w->end = w->next.stored_at + read_number (p, LENGTH_SIZE);
  }
  return PARTS_FOUND;
}

static enum found
walk_frames (struct walk *w)
{
  enum found found = PARTS_FOUND;
  struct zstd_header h;

  while (found == PARTS_FOUND && w->next.stored_at < w->size) {
    found = look_at_header (w, w->next.stored_at, &h);
    if (found != PARTS_FOUND)
      break;
    switch (h.kind) {
    case ZSTD_FRAME: found = take_frame (w, &h); break;
    case ZSTD_SKIPPABLE: found = take_skippable (w, &h); break;
    case ZSTD_OLD: found = PARTS_NONE; break;
    case ZSTD_ALIEN:
      *w->why = tool_format ("it is damaged: at byte %" PRIu64
                             " there is no frame of zstd",
                             w->next.stored_at);
      found = PARTS_BROKEN;
    }
  }
  return found;
}

enum found
zstd_find_parts (struct input *in, struct parts *parts, char **why)
{
  uint64_t all = 0;

  *why = NULL;
  if (in->size == UNKNOWN)
    return PARTS_NONE;
  enum found found = zstd_table_parts (in, parts, why);
  if (found == PARTS_NONE) {
    struct walk w = {
      .peek.in = in, .size = in->size, .parts = parts, .why = why
    };
    found = walk_frames (&w);
    all = w.all;
  }
  if (found == PARTS_FOUND && parts->count < 2) {
    all = parts->size;
    found = PARTS_NONE;
  }
  if (found != PARTS_FOUND)
    parts_free (parts);
  if (found == PARTS_NONE)
    parts->size = all;
  return found;
}
