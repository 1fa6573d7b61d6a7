/* SPDX-License-Identifier: MIT */
/* Zeroes behind a compressed file, which tapes and devices add. */
#include <config.h>

#include <inttypes.h>

#include "tool.h"

#include "codec/codecs.h"

enum decoded
codec_skip_padding (struct decoding *io, uint64_t *taken, const char *last,
                    char **why)
{
  for (; io->in_left > 0 && *io->in == 0; io->in_left--) {
    io->in++;
    ++*taken;
  }
  if (io->in_left > 0) {
    *why = tool_format ("it is damaged: at byte %" PRIu64
                        " something follows the zeroes behind the last %s",
                        *taken, last);
    return DECODED_BROKEN;
  }
  return io->in_ends ? DECODED_ALL : DECODED_SOME;
}
