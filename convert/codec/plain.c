/* SPDX-License-Identifier: MIT */
/* No compression: parts of a fixed size, whose bytes are copied. */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "codec/plain.h"
#include "tool.h"

#define PART (UINT64_C (1) << 20)

static enum found
find_parts (struct input *in, struct parts *parts, char **why)
{
  (void) why;
  if (in->in_order || in->size == UNKNOWN)
    return PARTS_NONE;
  for (uint64_t at = 0; at < in->size; at += PART) {
    uint64_t n = MIN (PART, in->size - at);
    const struct part part = {
      .stored_at = at, .stored = n, .at = at, .size = n
    };
    if (!parts_add (parts, &part))
      return PARTS_NONE;
  }
  return PARTS_FOUND;
}

static int
decode_part (struct input *in, const struct part *part, void *out, char **why)
{
  ssize_t n = input_read (in, out, part->size, part->at, why);

  if (n == (ssize_t) part->size)
    return 0;
  if (n != -1)
    *why = tool_format ("the source has become shorter");
  return -1;
}

/* The decoder has no state, but it must not be NULL. */
static struct decoder *
begin (unsigned threads, uint64_t memory)
{
  (void) threads;
  (void) memory;
  return malloc (1);
}

static enum decoded
step (struct decoder *d, struct decoding *io, char **why)
{
  size_t n = MIN (io->in_left, io->out_left);

  (void) d;
  (void) why;
  memcpy (io->out, io->in, n);
  io->in += n;
  io->in_left -= n;
  io->out += n;
  io->out_left -= n;
  return io->in_ends && io->in_left == 0 ? DECODED_ALL : DECODED_SOME;
}

static void
end (struct decoder *d)
{
  free (d);
}

const struct codec codec_plain = {
  .kind = PLAIN,
  .find_parts = find_parts,
  .decode_part = decode_part,
  .begin = begin,
  .step = step,
  .end = end,
};
