/* SPDX-License-Identifier: MIT */
/* What is not compressed, seen as a codec: so streams, servers and files that
 * qemu-nbd or the engine cannot read by themselves go the same way as
 * compressed ones. */
#ifndef CONVERT_PLAIN_H
#define CONVERT_PLAIN_H

#include "codec/codec.h"

extern const struct codec codec_plain;

#endif /* CONVERT_PLAIN_H */
