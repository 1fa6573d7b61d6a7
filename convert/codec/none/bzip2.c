/* SPDX-License-Identifier: MIT */
/* Built without libbz2. */
#include <config.h>

#include "codec/codecs.h"

const struct codec codec_bzip2 = { .kind = BZIP2 };
