/* SPDX-License-Identifier: MIT */
/* What qemu-img does for us beside making files. */
#ifndef CONVERT_QEMU_IMG_H
#define CONVERT_QEMU_IMG_H

#include <stdbool.h>

#include "facts.h"

/* Cut a file of a format at this virtual size.  0, or -1 with *WHY. */
extern int helper_cut (enum format f, const char *file, uint64_t size,
                       char **why);
/* Convert one file to another, which exists and is made anew, unless it was
 * MADE by helper_create already, perhaps with another size. */
extern int helper_convert (enum format from, const char *source,
                           enum format to, const char *destination, bool made,
                           bool compressed, const char *options, char **why);

#endif /* CONVERT_QEMU_IMG_H */
