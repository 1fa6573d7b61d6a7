/* SPDX-License-Identifier: MIT */
/* A codec for data without compression.  With it streams, servers, and files
 * that qemu-nbd or the engine cannot read themselves, are handled in the same
 * way as compressed files. */
#ifndef CONVERT_PLAIN_H
#define CONVERT_PLAIN_H

#include "codec/codec.h"

extern const struct codec codec_plain;

#endif /* CONVERT_PLAIN_H */
