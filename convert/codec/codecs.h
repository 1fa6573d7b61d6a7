/* SPDX-License-Identifier: MIT */
/* The codecs that there are, each in a file of its own, if this build has its
 * library. */
#ifndef CONVERT_CODECS_H
#define CONVERT_CODECS_H

#include "codec/codec.h"

extern const struct codec codec_bzip2;
extern const struct codec codec_gzip;
extern const struct codec codec_xz;
extern const struct codec codec_zstd;

/* DECODED_BROKEN, and in *WHY "WHAT, at about byte ...": IN bytes of the file
 * were taken, OUT were decoded. */
extern enum decoded codec_broken_at (const char *what, uint64_t in,
                                     uint64_t out, char **why);

#endif /* CONVERT_CODECS_H */
