/* SPDX-License-Identifier: MIT */
/* Built without libzstd. */
#include <config.h>

#include "codec/codecs.h"

const struct codec codec_zstd = { .kind = ZSTD };
