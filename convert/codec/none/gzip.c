/* SPDX-License-Identifier: MIT */
/* Built without zlib. */
#include <config.h>

#include "codec/codecs.h"

const struct codec codec_gzip = { .kind = GZIP };
