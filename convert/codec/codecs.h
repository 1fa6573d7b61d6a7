/* SPDX-License-Identifier: MIT */
/* All codecs.  Each has a file of its own, which is built if its library is
 * installed. */
#ifndef CONVERT_CODECS_H
#define CONVERT_CODECS_H

#include "codec/codec.h"

extern const struct codec codec_bzip2;
extern const struct codec codec_gzip;
extern const struct codec codec_xz;
extern const struct codec codec_zstd;

/* Set *WHY to "WHAT, at about byte ..." and return DECODED_BROKEN.  IN bytes
 * of the file were taken, OUT bytes were decoded. */
extern enum decoded codec_broken_at (const char *what, uint64_t in,
                                     uint64_t out, char **why);

/* Skip the padding behind a file's LAST "gzip member" or the like: zeroes,
 * whose number is added to *TAKEN.  Something else is an error. */
extern enum decoded codec_skip_padding (struct decoding *io, uint64_t *taken,
                                        const char *last, char **why);

#endif /* CONVERT_CODECS_H */
