/* SPDX-License-Identifier: MIT */
/* Decode xz in order, with a liblzma that has threads for decoding.  Only
 * files whose blocks say their size are decoded by several threads, such as
 * those of xz -T. */
#include <config.h>

#include "codec/xz.h"

lzma_ret
xz_begin (lzma_stream *strm, unsigned threads, uint64_t memory)
{
  const lzma_mt options = {
    .flags = LZMA_CONCATENATED | LZMA_TELL_UNSUPPORTED_CHECK,
    .threads = threads > 0 ? threads : 1,
    /* Use fewer threads rather than more memory; fail if even one thread
     * needs more memory. */
    .memlimit_threading = memory,
    .memlimit_stop = memory,
  };

  return lzma_stream_decoder_mt (strm, &options);
}
