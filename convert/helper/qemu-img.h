/* SPDX-License-Identifier: MIT */
/* Conversions by qemu-img. */
#ifndef CONVERT_QEMU_IMG_H
#define CONVERT_QEMU_IMG_H

#include <stdbool.h>

#include "facts.h"

/* Without this option, qemu rounds the size of a VHD up to whole cylinders. */
#define EXACT_VPC "force_size=on"

/* Convert one file to another.  The destination is made anew, unless it is
 * KEPT because it has its size already.  Returns 0, or -1 with *WHY. */
struct helper_conversion {
  enum format from, to;
  const char *source, *destination;
  bool compressed, kept,
    zero;              /* ZERO: the kept destination reads as zeroes */
  const char *options; /* of qemu-img's -o, or NULL */
};
extern int helper_convert (const struct helper_conversion *c, char **why);

#endif /* CONVERT_QEMU_IMG_H */
