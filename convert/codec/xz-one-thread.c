/* SPDX-License-Identifier: MIT */
/* Decode xz in order, with a liblzma before 5.4 or one that was built without
 * threads. */
#include <config.h>

#include "codec/xz.h"

lzma_ret
xz_begin (lzma_stream *strm, unsigned threads, uint64_t memory)
{
  (void) threads;
  return lzma_stream_decoder (
    strm, memory, LZMA_CONCATENATED | LZMA_TELL_UNSUPPORTED_CHECK);
}
