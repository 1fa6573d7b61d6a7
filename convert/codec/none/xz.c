/* SPDX-License-Identifier: MIT */
/* Built without liblzma. */
#include <config.h>

#include "codec/codecs.h"

const struct codec codec_xz = { .kind = XZ };
