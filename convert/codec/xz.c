/* SPDX-License-Identifier: MIT */
/* xz. xz-index.c and xz-block.c decode blocks at random.  This file decodes
 * all streams in order; liblzma may use threads for it. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "tool.h"

#include "codec/codecs.h"
#include "codec/xz.h"

struct decoder {
  lzma_stream strm;
  lzma_ret begun;
  uint64_t memory;
  /* The header of the file, and the header of its first block. */
  unsigned char head[LZMA_STREAM_HEADER_SIZE + LZMA_BLOCK_HEADER_SIZE_MAX];
  size_t head_length;
};

static bool
recognizes (const unsigned char *head, size_t length)
{
  static const unsigned char magic[] = { 0xfd, '7', 'z', 'X', 'Z', 0 };

  return length >= sizeof magic && memcmp (head, magic, sizeof magic) == 0;
}

static struct decoder *
begin (unsigned threads, uint64_t memory)
{
  struct decoder *d = calloc (1, sizeof *d);

  if (d == NULL)
    return NULL;
  d->memory = memory;
  d->begun = xz_begin (&d->strm, threads, memory);
  return d;
}

static void
end (struct decoder *d)
{
  lzma_end (&d->strm);
  free (d);
}

static uint64_t
mib (uint64_t bytes)
{
  return (bytes >> 20) + (bytes % (1 << 20) != 0);
}

static enum decoded
broken_at (const struct decoder *d, const char *what, char **why)
{
  return codec_broken_at (what, d->strm.total_in, d->strm.total_out, why);
}

/* With threads, liblzma does not say how much memory it needs.  So this is
 * computed from the header of the first block; usually all other blocks need
 * the same. */
static enum decoded
too_much (struct decoder *d, char **why)
{
  uint64_t wanted = lzma_memusage (&d->strm);

  if (wanted <= d->memory && d->head_length > LZMA_STREAM_HEADER_SIZE)
    wanted = xz_memory (d->head + LZMA_STREAM_HEADER_SIZE,
                        d->head_length - LZMA_STREAM_HEADER_SIZE);
  if (wanted > d->memory)
    *why = tool_format ("it needs %" PRIu64 " MiB to be decoded, more than "
                        "the limit of %" PRIu64 " MiB",
                        mib (wanted), mib (d->memory));
  else
    broken_at (d, "it needs more memory than the limit", why);
  return DECODED_BROKEN;
}

static enum decoded
failed (struct decoder *d, lzma_ret error, char **why)
{
  switch (error) {
  case LZMA_MEM_ERROR:
    *why = tool_format ("there is not enough memory to decode xz");
    return DECODED_BROKEN;
  case LZMA_MEMLIMIT_ERROR: return too_much (d, why);
  case LZMA_FORMAT_ERROR:
    return broken_at (d,
                      d->strm.total_out == 0
                        ? "it is not compressed by xz"
                        : "it is damaged: there is something else than xz",
                      why);
  case LZMA_OPTIONS_ERROR:
    return broken_at (d, "it uses what this liblzma does not know", why);
  case LZMA_UNSUPPORTED_CHECK:
    return broken_at (d, "it has a check that this liblzma does not know",
                      why);
  case LZMA_BUF_ERROR:
    return broken_at (d, "it is truncated: a stream of xz has no end", why);
  default:
    return broken_at (
      d, "it is damaged: a block, header or index of xz is wrong", why);
  }
}

/* Input that a step did not take comes again with the next step. */
static void
keep_head (struct decoder *d, const struct decoding *io)
{
  uint64_t known = d->head_length - MIN (d->head_length, d->strm.total_in);

  if (io->in_left <= known)
    return;

  size_t n = MIN (sizeof d->head - d->head_length, io->in_left - known);

  memcpy (d->head + d->head_length, io->in + known, n);
  d->head_length += n;
}

static enum decoded
step (struct decoder *d, struct decoding *io, char **why)
{
  lzma_stream *strm = &d->strm;
  lzma_ret r = d->begun;

  keep_head (d, io);
  strm->next_in = io->in;
  strm->avail_in = io->in_left;
  strm->next_out = io->out;
  strm->avail_out = io->out_left;
  while (r == LZMA_OK) {
    r = lzma_code (strm, io->in_ends ? LZMA_FINISH : LZMA_RUN);
    if (strm->avail_out == 0 || (strm->avail_in == 0 && !io->in_ends))
      break;
  }
  io->in = strm->next_in;
  io->in_left = strm->avail_in;
  io->out = strm->next_out;
  io->out_left = strm->avail_out;
  if (r == LZMA_STREAM_END)
    return DECODED_ALL;
  /* Nothing could be done in this step, but there will be more input or
   * output space. */
  if (r == LZMA_BUF_ERROR && (!io->in_ends || io->out_left == 0))
    r = LZMA_OK;
  return r == LZMA_OK ? DECODED_SOME : failed (d, r, why);
}

const struct codec codec_xz = {
  .kind = XZ,
  .recognizes = recognizes,
  .find_parts = xz_find_parts,
  .decode_part = xz_decode_part,
  .begin = begin,
  .step = step,
  .end = end,
};
