/* SPDX-License-Identifier: MIT */
/* Decoding xz in order, by a liblzma that has threads for it.  They help
 * where blocks say how large they are, as those of xz -T do. */
#include <config.h>

#include "codec/xz.h"

lzma_ret
xz_begin (lzma_stream *strm, unsigned threads, uint64_t memory)
{
  const lzma_mt options = {
    .flags = LZMA_CONCATENATED | LZMA_TELL_UNSUPPORTED_CHECK,
    .threads = threads > 0 ? threads : 1,
    /* Rather fewer threads than more memory; and if one needs more, none. */
    .memlimit_threading = memory,
    .memlimit_stop = memory,
  };

  return lzma_stream_decoder_mt (strm, &options);
}
