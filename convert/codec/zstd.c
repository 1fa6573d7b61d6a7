/* SPDX-License-Identifier: MIT */
/* zstd.
 *
 * Decoding in order needs memory for the window that a frame asks for, and 1
 * MiB for everything else.  The window is limited by the memory that was
 * given, or to 128 MiB, which is what zstd allows without --long.  Decoding a
 * part needs memory for its stored bytes and its content, and no window.
 * Zeroes behind the last frame are padding, which devices add; they are
 * ignored, as behind gzip.  zstd(1) calls them an unsupported format.
 * Frames of versions before 0.8 (2016) are not decoded, because only some
 * builds of libzstd can. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "tool.h"

#include "codec/codecs.h"
#include "codec/peek.h"
#include "codec/zstd-frames.h"
#include "engine/scan.h"

#define USUAL_LOG 27   /* the window that zstd allows by default */
#define LARGEST_LOG 31 /* the window of zstd --long=31 */
#define MIB (UINT64_C (1) << 20)
#define BESIDES_WINDOW MIB

/* Skippable frames may come first.  Formats of other programs use them,
 * too. */
static bool
recognizes (const unsigned char *head, size_t length)
{
  struct zstd_header h;

  for (;;) {
    if (length < 4)
      return false;
    bool known = zstd_read_header (head, length, &h) <= length;
    if (h.kind != ZSTD_SKIPPABLE)
      return h.kind != ZSTD_ALIEN;
    if (!known || h.size >= length - h.length)
      return true;
    head += h.length + h.size;
    length -= h.length + h.size;
  }
}

/* The message of libzstd, or a clearer one. */
static const char *
words_of (size_t result)
{
  switch (ZSTD_getErrorCode (result)) {
  case ZSTD_error_checksum_wrong: return "its checksum is wrong";
  case ZSTD_error_corruption_detected: return "its data is damaged";
  case ZSTD_error_dstSize_tooSmall: return "it holds more than it declares";
  default: return ZSTD_getErrorName (result);
  }
}

/* The message for a frame whose data is wrong somewhere before the byte
 * BEFORE. */
static char *
damaged (uint64_t frame_at, uint64_t before, size_t result)
{
  if (ZSTD_getErrorCode (result) == ZSTD_error_memory_allocation)
    return tool_format ("there is not enough memory to decode zstd");
  return tool_format ("it is damaged: the zstd frame at byte %" PRIu64
                      " is wrong before byte %" PRIu64 ": %s",
                      frame_at, before, words_of (result));
}

/* ---- Parts ---- */

static char *
decode_frame (const struct part *part, const void *stored, void *out)
{
  ZSTD_DCtx *context = ZSTD_createDCtx ();
  if (!context)
    return tool_format ("there is not enough memory for a decoder of zstd");
  size_t size = ZSTD_decompressDCtx (context, out, part->size, stored,
                                     part->stored);
  ZSTD_freeDCtx (context);

  if (ZSTD_isError (size))
    return damaged (part->stored_at, part->stored_at + part->stored, size);
  if (size != part->size)
    return tool_format ("it is damaged: the zstd frame at byte %" PRIu64
                        " holds %zu bytes instead of %" PRIu64,
                        part->stored_at, size, part->size);
  if (part->kind != 0 && (uint32_t) digest (out, size, 0) != part->kind)
    return tool_format ("it is damaged: the zstd frame at byte %" PRIu64
                        " does not have the checksum of the seek table",
                        part->stored_at);
  return NULL;
}

static int
decode_part (struct input *in, const struct part *part, void *out, char **why)
{
  *why = NULL;
  unsigned char *stored = malloc (part->stored);
  if (!stored) {
    *why = tool_format ("there is not enough memory for the %" PRIu64
                        " bytes of a zstd frame",
                        part->stored);
    return -1;
  }
  if (read_all (in, stored, part->stored, part->stored_at, why) == 0) {
    size_t length = ZSTD_findFrameCompressedSize (stored, part->stored);
    if (length == part->stored)
      *why = decode_frame (part, stored, out);
    else
      *why = tool_format ("it is damaged: the zstd frame at byte %" PRIu64
                          " does not end where the file says",
                          part->stored_at);
  }
  free (stored);
  return *why ? -1 : 0;
}

/* ---- In order ---- */

enum at { AT_HEADER, SKIPPING, IN_FRAME, IN_PADDING };

struct decoder {
  ZSTD_DCtx *context;
  uint64_t window; /* the largest that is allowed */
  enum at at;
  bool any;             /* a frame has begun */
  bool full;            /* the output was full */
  uint64_t taken;       /* bytes taken from the file */
  uint64_t frame_at;    /* offset of the frame */
  uint64_t skip;        /* bytes of the frame that are still to be skipped */
  size_t known, passed; /* bytes of its header: received, and decoded */
  unsigned char head[ZSTD_LONGEST_HEADER];
};

static struct decoder *
begin (unsigned threads, uint64_t memory)
{
  (void) threads;
  struct decoder *d = tool_alloc (sizeof *d);

  d->window = memory == 0               ? UINT64_C (1) << USUAL_LOG
              : memory > BESIDES_WINDOW ? memory - BESIDES_WINDOW
                                        : 0;
  d->context = ZSTD_createDCtx ();
  if (d->context) /* begin_frame limits the window, so libzstd need not */
    ZSTD_DCtx_setParameter (
      d->context, ZSTD_d_windowLogMax,
      ZSTD_dParam_getBounds (ZSTD_d_windowLogMax).upperBound);
  return d;
}

static void
end (struct decoder *d)
{
  ZSTD_freeDCtx (d->context);
  free (d);
}

static enum decoded
broken (char **why, char *words)
{
  *why = words;
  return DECODED_BROKEN;
}

/* The message for a window that is too large; it says what helps. */
static char *
too_much (const struct decoder *d, const struct zstd_header *h,
          uint64_t window)
{
  char option[16] = "";
  uint64_t need = (window - 1) / MIB + 1;
  unsigned log = USUAL_LOG;

  while (log <= LARGEST_LOG && h->window > UINT64_C (1) << log)
    log++;
  if (log > LARGEST_LOG)
    return tool_format ("it is damaged: the zstd frame at byte %" PRIu64
                        " needs"
                        " a window of %" PRIu64 " MiB, which no zstd"
                        " allows",
                        d->frame_at, need);
  if (log > USUAL_LOG)
    snprintf (option, sizeof option, " --long=%u", log);
  return tool_format ("the zstd frame at byte %" PRIu64 " needs a window of"
                      " %" PRIu64 " MiB, but only %" PRIu64 " MiB are"
                      " allowed: use --memory=%" PRIu64 "M, or unpack it"
                      " with zstd -d%s",
                      d->frame_at, need, d->window / MIB,
                      need + BESIDES_WINDOW / MIB, option);
}

/* The frame's header is complete: check that we can decode the frame. */
static enum decoded
begin_frame (struct decoder *d, const struct zstd_header *h, char **why)
{
  uint64_t window = h->size < h->window ? h->size : h->window;

  if (h->kind == ZSTD_ALIEN)
    return broken (why, tool_format ("it is damaged: at byte %" PRIu64
                                     " there is no frame of zstd",
                                     d->frame_at));
  if (h->kind == ZSTD_OLD)
    return broken (why,
                   tool_format ("the frame at byte %" PRIu64 " is of a zstd"
                                " before 0.8, which is not supported",
                                d->frame_at));
  if (h->dictionary != 0)
    return broken (
      why, tool_format ("the zstd frame at byte %" PRIu64 " needs the"
                        " dictionary %" PRIu32 ", but dictionaries are not"
                        " supported: unpack it with zstd -d -D DICTIONARY",
                        d->frame_at, h->dictionary));
  if (h->kind == ZSTD_FRAME && window > d->window)
    return broken (why, too_much (d, h, window));
  d->any = true;
  d->skip = h->size;
  d->passed = 0;
  d->at = h->kind == ZSTD_SKIPPABLE ? SKIPPING : IN_FRAME;
  return DECODED_SOME;
}

static enum decoded
truncated (const struct decoder *d, char **why)
{
  return broken (why, tool_format ("it is truncated: it ends at byte %" PRIu64
                                   " within the zstd frame that begins at"
                                   " byte %" PRIu64,
                                   d->taken, d->frame_at));
}

static void
take (struct decoder *d, struct decoding *io, size_t length)
{
  io->in += length;
  io->in_left -= length;
  d->taken += length;
}

/* Collect the header of the next frame.  Returns false if more input is
 * needed. */
static bool
take_header (struct decoder *d, struct decoding *io, struct zstd_header *h)
{
  size_t needed;

  while ((needed = zstd_read_header (d->head, d->known, h)) > d->known) {
    size_t n = needed - d->known;
    if (n > io->in_left)
      n = io->in_left;
    if (n == 0)
      return false;
    memcpy (d->head + d->known, io->in, n);
    d->known += n;
    take (d, io, n);
  }
  return true;
}

/* Decode the current frame.  DECODED_ALL: the frame has ended. */
static enum decoded
decode (struct decoder *d, struct decoding *io, char **why)
{
  for (;;) {
    bool header = d->passed < d->known;
    ZSTD_inBuffer in = { io->in, io->in_left, 0 };
    ZSTD_outBuffer out = { io->out, io->out_left, 0 };
    if (header)
      in = (ZSTD_inBuffer) { d->head, d->known, d->passed };
    if (out.size == 0)
      return DECODED_SOME;
    if (in.size == 0 && !d->full)
      return io->in_ends ? truncated (d, why) : DECODED_SOME;
    size_t result = ZSTD_decompressStream (d->context, &out, &in);
    if (header)
      d->passed = in.pos;
    else
      take (d, io, in.pos);
    if (ZSTD_isError (result))
      return broken (why, damaged (d->frame_at, d->taken, result));
    io->out += out.pos;
    io->out_left -= out.pos;
    d->full = io->out_left == 0;
    if (result == 0)
      return DECODED_ALL;
  }
}

/* Between frames: the file may end, or another frame begins. */
static enum decoded
between_frames (struct decoder *d, struct decoding *io, char **why)
{
  struct zstd_header h;

  if (d->known == 0)
    d->frame_at = d->taken;
  if (d->known == 0 && d->any && io->in_left > 0 && *io->in == 0) {
    d->at = IN_PADDING;
    return DECODED_SOME;
  }
  if (take_header (d, io, &h))
    return begin_frame (d, &h, why);
  if (!io->in_ends)
    return DECODED_SOME;
  if (d->known > 0)
    return truncated (d, why);
  return d->any ? DECODED_ALL
                : broken (why, tool_format ("it has no frame of zstd"));
}

static enum decoded
skip (struct decoder *d, struct decoding *io, char **why)
{
  size_t n = d->skip < io->in_left ? d->skip : io->in_left;

  take (d, io, n);
  d->skip -= n;
  if (d->skip > 0)
    return io->in_ends ? truncated (d, why) : DECODED_SOME;
  return DECODED_ALL;
}

static enum decoded
step (struct decoder *d, struct decoding *io, char **why)
{
  enum decoded came = DECODED_SOME;

  *why = NULL;
  if (!d->context)
    return broken (
      why, tool_format ("there is not enough memory for a decoder of zstd"));
  for (;;) {
    if (d->at == AT_HEADER) {
      came = between_frames (d, io, why);
      if (came != DECODED_SOME || d->at == AT_HEADER)
        return came;
    }
    if (d->at == IN_PADDING)
      return codec_skip_padding (io, &d->taken, "frame of zstd", why);
    came = d->at == SKIPPING ? skip (d, io, why) : decode (d, io, why);
    if (came != DECODED_ALL)
      return came;
    d->at = AT_HEADER;
    d->known = 0;
  }
}

const struct codec codec_zstd = {
  .kind = ZSTD,
  .recognizes = recognizes,
  .find_parts = zstd_find_parts,
  .decode_part = decode_part,
  .begin = begin,
  .step = step,
  .end = end,
};
