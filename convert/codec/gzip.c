/* SPDX-License-Identifier: MIT */
/* gzip: RFC 1952.
 *
 * A decoder needs 48 KiB, however large a file is.  Zeroes behind the last
 * member are padding, which tapes and devices add; they are ignored, as
 * gzip(1) does.  Anything else there is an error, because it may be a damaged
 * member. gzip(1) ignores that with a warning and status 2. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "tool.h"

#include "codec/codecs.h"
#include "codec/gzip-members.h"
#include "codec/peek.h"

#define WRAPPED_IN_GZIP (15 + 16) /* windowBits for inflateInit2 */
#define MOST_AT_ONCE (1u << 30)   /* zlib counts in unsigned int */

/* Names and comments may have any length.  This limit is enough for normal
 * headers. */
#define HEADER_MOST (1u << 20)
/* How much of an extra field is kept. */
#define EXTRA_MOST 4096

static bool
recognizes (const unsigned char *head, size_t length)
{
  /* All other compression methods are reserved. */
  return length >= 3 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8;
}

/* The message of zlib, or a clearer one. */
static const char *
words_of (const z_stream *z, int result)
{
  if (result == Z_NEED_DICT)
    return "it needs a dictionary";
  if (!z->msg)
    return "its data is damaged";
  if (strcmp (z->msg, "incorrect data check") == 0)
    return "its checksum is wrong";
  if (strcmp (z->msg, "incorrect length check") == 0)
    return "its length is wrong";
  if (strcmp (z->msg, "incorrect header check") == 0)
    return "it does not begin like a gzip member";
  return z->msg;
}

/* The message for a member whose data is wrong somewhere before the byte
 * BEFORE. */
static char *
damaged (const z_stream *z, uint64_t member_at, uint64_t before, int result)
{
  if (result == Z_MEM_ERROR)
    return tool_format ("there is not enough memory to decode gzip");
  return tool_format ("it is damaged: the gzip member at byte %" PRIu64
                      " is wrong before byte %" PRIu64 ": %s",
                      member_at, before, words_of (z, result));
}

/* ---- Parts ---- */

/* Decode the members of a part, one after the other.  Returns NULL, or the
 * message of an error. */
static char *
decode_members (z_stream *z, const struct part *part)
{
  for (uInt begins = z->avail_in; begins > 0; begins = z->avail_in) {
    uint64_t at = part->stored_at + (part->stored - begins);
    int result = inflateReset (z);
    if (result == Z_OK)
      result = inflate (z, Z_FINISH);
    if (result == Z_OK || result == Z_BUF_ERROR)
      return tool_format ("it is damaged: the gzip member at byte %" PRIu64
                          " is longer than it says",
                          at);
    if (result != Z_STREAM_END)
      return damaged (z, at, part->stored_at + part->stored - z->avail_in,
                      result);
  }
  if (z->avail_out > 0)
    return tool_format ("it is damaged: the gzip members from byte %" PRIu64
                        " on hold %u bytes less than they say",
                        part->stored_at, z->avail_out);
  return NULL;
}

static int
decode_part (struct input *in, const struct part *part, void *out, char **why)
{
  *why = NULL;
  unsigned char *stored = malloc (part->stored);
  z_stream z = { .next_in = stored,
                 .avail_in = part->stored,
                 .next_out = out,
                 .avail_out = part->size };
  if (!stored || inflateInit2 (&z, WRAPPED_IN_GZIP) != Z_OK)
    *why = tool_format ("there is not enough memory for the %" PRIu64
                        " bytes of gzip members",
                        part->stored);
  else {
    if (read_all (in, stored, part->stored, part->stored_at, why) == 0)
      *why = decode_members (&z, part);
    inflateEnd (&z);
  }
  free (stored);
  return *why ? -1 : 0;
}

/* ---- In order ---- */

enum at { AT_MEMBER, IN_MEMBER, IN_PADDING };

struct decoder {
  z_stream z;
  bool ready; /* zlib has been initialized */
  enum at at;
  bool any;           /* a member has been decoded */
  bool more;          /* the last member was one of BGZF, so another one must
                         follow */
  bool full;          /* the output was full */
  uint64_t taken;     /* bytes taken from the file */
  uint64_t member_at; /* offset of the member */
  gz_header header;   /* of the member */
  unsigned char extra[EXTRA_MOST];
};

static struct decoder *
begin (unsigned threads, uint64_t memory)
{
  (void) threads;
  (void) memory;
  struct decoder *d = tool_alloc (sizeof *d);

  d->ready = inflateInit2 (&d->z, WRAPPED_IN_GZIP) == Z_OK;
  return d;
}

static void
end (struct decoder *d)
{
  if (d->ready)
    inflateEnd (&d->z);
  free (d);
}

static enum decoded
broken (char **why, char *words)
{
  *why = words;
  return DECODED_BROKEN;
}

static void
take (struct decoder *d, struct decoding *io, size_t length)
{
  io->in += length;
  io->in_left -= length;
  d->taken += length;
}

/* Between members: the file may end, have padding, or go on with a member. */
static enum decoded
between_members (struct decoder *d, struct decoding *io, char **why)
{
  if (io->in_left == 0) {
    if (!io->in_ends)
      return DECODED_SOME;
    if (d->more)
      return broken (why, tool_format (GZIP_NO_END));
    return d->any ? DECODED_ALL
                  : broken (why, tool_format ("it has no member of gzip"));
  }
  if (d->any && *io->in == 0) {
    d->at = IN_PADDING;
    return DECODED_SOME;
  }
  d->member_at = d->taken;
  d->header = (gz_header) { .extra = d->extra, .extra_max = EXTRA_MOST };
  inflateReset (&d->z);
  inflateGetHeader (&d->z, &d->header);
  d->at = IN_MEMBER;
  return DECODED_SOME;
}

static enum decoded
skip_padding (struct decoder *d, struct decoding *io, char **why)
{
  enum decoded came = codec_skip_padding (io, &d->taken, "gzip member", why);

  return came == DECODED_ALL && d->more
           ? broken (why, tool_format (GZIP_NO_END))
           : came;
}

/* The member was decoded completely. */
static void
end_member (struct decoder *d)
{
  uInt length = d->header.extra_len < EXTRA_MOST ? d->header.extra_len
                                                 : EXTRA_MOST;

  /* Without an extra field, zlib sets EXTRA to NULL. */
  d->more = d->header.extra && gzip_member_length (d->extra, length) > 0
            && d->z.total_out > 0;
  d->any = true;
  d->at = AT_MEMBER;
}

static enum decoded
fail_member (const struct decoder *d, int result, char **why)
{
  bool begins = d->header.done == 1;

  if (!begins && d->any && result == Z_DATA_ERROR && d->z.total_in <= 2)
    return broken (why, tool_format ("it is damaged: at byte %" PRIu64
                                     ", behind a gzip member, there is"
                                     " neither another one nor padding",
                                     d->member_at));
  return broken (why, damaged (&d->z, d->member_at, d->taken, result));
}

/* How many bytes zlib may take.  This limits the length of a header, however
 * the input is divided.  0: the header is too long. */
static uInt
may_take (const struct decoder *d, const struct decoding *io)
{
  size_t most = MOST_AT_ONCE;

  if (d->header.done == 0)
    most = HEADER_MOST - d->z.total_in;
  return io->in_left < most ? io->in_left : most;
}

/* Decode the current member.  DECODED_ALL: the member has ended. */
static enum decoded
decode (struct decoder *d, struct decoding *io, char **why)
{
  z_stream *z = &d->z;

  for (;;) {
    if (io->out_left == 0)
      return DECODED_SOME;
    if (io->in_left == 0 && !d->full) {
      if (!io->in_ends)
        return DECODED_SOME;
      return broken (why, tool_format ("it is truncated: it ends at byte"
                                       " %" PRIu64 " within the gzip member"
                                       " that begins at byte %" PRIu64,
                                       d->taken, d->member_at));
    }
    uInt in = may_take (d, io);
    uInt out = io->out_left < MOST_AT_ONCE ? io->out_left : MOST_AT_ONCE;
    if (in == 0 && io->in_left > 0)
      return broken (
        why, tool_format ("it is damaged: the gzip member at byte %" PRIu64
                          " has a header of more than %u bytes",
                          d->member_at, HEADER_MOST));
    z->next_in = (Bytef *) io->in;
    z->avail_in = in;
    z->next_out = io->out;
    z->avail_out = out;
    int result = inflate (z, Z_NO_FLUSH);
    take (d, io, in - z->avail_in);
    io->out += out - z->avail_out;
    io->out_left -= out - z->avail_out;
    d->full = z->avail_out == 0;
    if (result == Z_STREAM_END)
      return DECODED_ALL;
    if (result != Z_OK && result != Z_BUF_ERROR)
      return fail_member (d, result, why);
  }
}

static enum decoded
step (struct decoder *d, struct decoding *io, char **why)
{
  enum decoded came = DECODED_SOME;

  *why = NULL;
  if (!d->ready)
    return broken (
      why, tool_format ("there is not enough memory for a decoder of gzip"));
  for (;;) {
    if (d->at == AT_MEMBER) {
      came = between_members (d, io, why);
      if (came != DECODED_SOME || d->at == AT_MEMBER)
        return came;
    }
    if (d->at == IN_PADDING)
      return skip_padding (d, io, why);
    came = decode (d, io, why);
    if (came != DECODED_ALL)
      return came;
    end_member (d);
  }
}

const struct codec codec_gzip = {
  .kind = GZIP,
  .recognizes = recognizes,
  .find_parts = gzip_find_parts,
  .decode_part = decode_part,
  .begin = begin,
  .step = step,
  .end = end,
};
