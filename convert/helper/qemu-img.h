/* SPDX-License-Identifier: MIT */
/* What qemu-img does for us beside making files. */
#ifndef CONVERT_QEMU_IMG_H
#define CONVERT_QEMU_IMG_H

#include <stdbool.h>

#include "facts.h"

/* Without this qemu rounds the size of a VHD to cylinders. */
#define EXACT_VPC "force_size=on"

/* Convert one file to another, which exists, and is made anew unless it is KEPT
 * because it has its size already. */
struct helper_conversion {
  enum format from, to;
  const char *source, *destination;
  bool compressed, kept, zero; /* ZERO: what is kept reads as zeroes */
  const char *options;         /* as for qemu-img's -o, or NULL */
};
extern int helper_convert (const struct helper_conversion *c, char **why);

#endif /* CONVERT_QEMU_IMG_H */
