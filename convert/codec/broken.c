/* SPDX-License-Identifier: MIT */
/* The message for a damaged file. */
#include <config.h>

#include <inttypes.h>

#include "tool.h"

#include "codec/codecs.h"

enum decoded
codec_broken_at (const char *what, uint64_t in, uint64_t out, char **why)
{
  *why = tool_format ("%s, at about byte %" PRIu64 ", after %" PRIu64
                      " bytes were decoded",
                      what, in, out);
  return DECODED_BROKEN;
}
