/* SPDX-License-Identifier: MIT */
/* Find the parts of a gzip file in the format BGZF, which bgzip writes.
 *
 * Each BGZF member has at most 64 KiB of content and an extra field with its
 * stored length.  So finding all members takes two reads for each: the end of
 * the member, and the header of the next.  Neighbouring members are joined to
 * parts of about 4 MiB, because 64 GiB would have a million members.  The
 * function decode_part of gzip.c decodes such a part without reading the
 * stored lengths again.  The members of a part follow one another without
 * gaps, so any decoder finds the same ones.  If it does not, the end or the
 * size of the part is wrong, which is an error.
 *
 * A file with any other member is decoded in order.  Members are too short to
 * be searched in a file that is far away, see peek.h. */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "tool.h"

#include "codec/gzip-members.h"
#include "codec/peek.h"

#define HEADER 12 /* bytes before the extra field */
#define TRAILER 8
#define CONTENT_MOST 65536
#define PART_SIZE (UINT64_C (4) << 20)
#define PART_STORED (UINT64_C (8) << 20)

struct members {
  struct peek peek;
  struct parts *parts;
  uint64_t at;      /* offset of the next member */
  uint64_t content; /* length of the last member's content */
  struct part part; /* the part that is being collected */
  char **why;
};

uint32_t
gzip_member_length (const unsigned char *extra, size_t length)
{
  while (length >= 4) {
    size_t field = read_number (extra + 2, 2);
    if (field > length - 4)
      break;
    if (extra[0] == 'B' && extra[1] == 'C' && field == 2)
      return read_number (extra + 4, 2) + 1;
    extra += 4 + field;
    length -= 4 + field;
  }
  return 0;
}

/* Read the stored length of the next member.  PARTS_NONE: the member does not
 * say it. */
static enum found
look_at_member (struct members *m, uint32_t *length)
{
  static const unsigned char begins[] = { 0x1f, 0x8b, 8, 4 };
  uint64_t left = m->peek.in->size - m->at;
  const unsigned char *p = left < HEADER
                             ? NULL
                             : peek (&m->peek, m->at, HEADER, m->why);

  if (!p || memcmp (p, begins, sizeof begins) != 0)
    return PARTS_NONE;
  size_t extra = read_number (p + HEADER - 2, 2);
  if (HEADER + extra > PEEK_MOST || HEADER + extra > left)
    return PARTS_NONE;
  p = peek (&m->peek, m->at, HEADER + extra, m->why);
  if (!p)
    return PARTS_NONE;
  *length = gzip_member_length (p + HEADER, extra);
  return *length > HEADER + extra + TRAILER ? PARTS_FOUND : PARTS_NONE;
}

/* Add the complete part.  The next part begins with the next member. */
static bool
end_part (struct members *m)
{
  if (!parts_add (m->parts, &m->part))
    return false;
  m->part.at += m->part.size;
  m->part.stored_at += m->part.stored;
  m->part.size = m->part.stored = 0;
  return true;
}

static enum found
take_member (struct members *m)
{
  uint32_t length;
  enum found found = look_at_member (m, &length);

  if (found != PARTS_FOUND)
    return found;
  if (length > m->peek.in->size - m->at) {
    *m->why = tool_format ("it is truncated: the gzip member at byte %" PRIu64
                           " goes on behind the end at byte %" PRIu64,
                           m->at, m->peek.in->size);
    return PARTS_BROKEN;
  }
  const unsigned char *p = peek (&m->peek, m->at + length - 4, 4, m->why);
  if (!p)
    return PARTS_NONE;
  m->content = read_number (p, 4);
  if (m->content > CONTENT_MOST)
    return PARTS_NONE;
  if ((m->part.size + m->content > PART_SIZE
       || m->part.stored + length > PART_STORED)
      && (m->part.size == 0 || !end_part (m)))
    return PARTS_NONE;
  m->part.size += m->content;
  m->part.stored += length;
  m->at += length;
  return PARTS_FOUND;
}

enum found
gzip_find_parts (struct input *in, struct parts *parts, char **why)
{
  struct members m = { .peek.in = in, .parts = parts, .why = why };
  enum found found = PARTS_FOUND;

  *why = NULL;
  if (in->size == UNKNOWN)
    return PARTS_NONE;
  while (found == PARTS_FOUND && m.at < in->size)
    found = take_member (&m);
  if (found == PARTS_FOUND && m.at > 0 && m.content != 0) {
    *why = tool_format (GZIP_NO_END);
    found = PARTS_BROKEN;
  }
  if (found == PARTS_FOUND
      && (m.part.size == 0 || !end_part (&m) || parts->count < 2))
    found = PARTS_NONE;
  if (found != PARTS_FOUND)
    parts_free (parts);
  return *why ? PARTS_BROKEN : found;
}
