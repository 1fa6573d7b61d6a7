/* SPDX-License-Identifier: MIT */
/* Decode bzip2 in order.  A file has one or more streams, each of which ends
 * with the checksum of all its blocks.  A decoder takes 4 MiB, whatever the
 * file says.
 *
 * Zeroes behind the last stream are padding and ignored; the program bzip2
 * ignores anything there.  Here other bytes are an error: they may be a
 * stream whose beginning is damaged, and leaving that out would look like
 * success. */
#include <config.h>

#include <bzlib.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

#include "codec/codecs.h"

/* The beginning of a stream.  One byte for the size of its blocks follows. */
static const char magic[] = { 'B', 'Z', 'h' };

struct decoder {
  bz_stream strm;
  enum { BETWEEN, IN_STREAM, PADDING } state;
  size_t matched;   /* BETWEEN: how many bytes of MAGIC were seen */
  uint64_t streams; /* how many have begun */
  uint64_t in, out; /* bytes taken from the file, bytes decoded */
};

static bool
is_block_size (unsigned char c)
{
  return c >= '1' && c <= '9';
}

static bool
recognizes (const unsigned char *head, size_t length)
{
  return length > sizeof magic && memcmp (head, magic, sizeof magic) == 0
         && is_block_size (head[sizeof magic]);
}

static struct decoder *
begin (unsigned threads, uint64_t memory)
{
  (void) threads;
  (void) memory;
  return calloc (1, sizeof (struct decoder));
}

static void
end (struct decoder *d)
{
  if (d->state == IN_STREAM)
    BZ2_bzDecompressEnd (&d->strm);
  free (d);
}

static enum decoded
broken (const struct decoder *d, const char *what, char **why)
{
  return codec_broken_at (what, d->in, d->out, why);
}

static enum decoded
failed (const struct decoder *d, int error, char **why)
{
  if (error == BZ_MEM_ERROR) {
    *why = tool_format ("there is not enough memory to decode bzip2");
    return DECODED_BROKEN;
  }
  return broken (d, "it is damaged: a block of bzip2 is wrong", why);
}

/* Call the library once, whose counters are smaller than ours. */
static int
decompress (struct decoder *d, struct decoding *io)
{
  unsigned in = io->in_left < UINT_MAX ? (unsigned) io->in_left : UINT_MAX;
  unsigned out = io->out_left < UINT_MAX ? (unsigned) io->out_left : UINT_MAX;

  d->strm.next_in = (char *) io->in;
  d->strm.avail_in = in;
  d->strm.next_out = (char *) io->out;
  d->strm.avail_out = out;

  int r = BZ2_bzDecompress (&d->strm);

  in -= d->strm.avail_in;
  out -= d->strm.avail_out;
  io->in = (const unsigned char *) d->strm.next_in;
  io->in_left -= in;
  io->out = (unsigned char *) d->strm.next_out;
  io->out_left -= out;
  d->in += in;
  d->out += out;
  return r;
}

/* Begin a stream, and give its first bytes to the library. */
static int
begin_stream (struct decoder *d, unsigned char block_size)
{
  char head[] = { magic[0], magic[1], magic[2], (char) block_size };
  struct decoding io = {
    .in = (unsigned char *) head,
    .in_left = sizeof head,
  };

  memset (&d->strm, 0, sizeof d->strm);

  int r = BZ2_bzDecompressInit (&d->strm, 0, 0);

  if (r != BZ_OK)
    return r;
  d->state = IN_STREAM;
  d->matched = 0;
  d->in -= sizeof magic;
  d->streams++;
  return decompress (d, &io);
}

/* Take one byte between streams: it belongs to the beginning of a stream, or
 * is padding. */
static enum decoded
step_between (struct decoder *d, struct decoding *io, char **why)
{
  unsigned char c = *io->in;

  io->in++;
  io->in_left--;
  if (d->matched == sizeof magic && is_block_size (c)) {
    int r = begin_stream (d, c);

    return r == BZ_OK ? DECODED_SOME : failed (d, r, why);
  }
  if (d->matched < sizeof magic && c == (unsigned char) magic[d->matched]
      && d->state == BETWEEN)
    d->matched++;
  else if (c == 0 && d->matched == 0 && d->streams > 0)
    d->state = PADDING;
  else
    return broken (d,
                   d->streams == 0
                     ? "it is not compressed by bzip2"
                     : "it is damaged: there is something else than bzip2",
                   why);
  d->in++;
  return DECODED_SOME;
}

static enum decoded
step_in_stream (struct decoder *d, struct decoding *io, char **why)
{
  int r = decompress (d, io);

  if (r == BZ_STREAM_END) {
    BZ2_bzDecompressEnd (&d->strm);
    d->state = BETWEEN;
  }
  else if (r != BZ_OK)
    return failed (d, r, why);
  return DECODED_SOME;
}

static enum decoded
step (struct decoder *d, struct decoding *io, char **why)
{
  enum decoded decoded = DECODED_SOME;

  /* Even if all input was taken, the library may hold decoded data that did
   * not fit into the output. */
  if (d->state == IN_STREAM)
    decoded = step_in_stream (d, io, why);
  while (decoded == DECODED_SOME && io->in_left > 0
         && (io->out_left > 0 || d->state != IN_STREAM))
    decoded = d->state == IN_STREAM ? step_in_stream (d, io, why)
                                    : step_between (d, io, why);
  if (decoded != DECODED_SOME || !io->in_ends || io->in_left > 0)
    return decoded;
  if (d->state == IN_STREAM && io->out_left == 0)
    return DECODED_SOME;
  if (d->state == IN_STREAM || d->matched > 0 || d->streams == 0)
    return broken (d, "it is truncated: a stream of bzip2 has no end", why);
  return DECODED_ALL;
}

const struct codec codec_bzip2 = {
  .kind = BZIP2,
  .recognizes = recognizes,
  .begin = begin,
  .step = step,
  .end = end,
};
