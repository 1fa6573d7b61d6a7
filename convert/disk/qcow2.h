/* SPDX-License-Identifier: MIT */
/* The size of a qcow2 image. */
#ifndef CONVERT_QCOW2_H
#define CONVERT_QCOW2_H

#include <stdint.h>

/* Reduce the size of an image to SIZE, rounded up to a sector, because qemu
 * ignores an incomplete sector.  Nothing may have been written behind SIZE,
 * and no other program may have the image open.  Returns 0, or -1 with
 * errno. */
extern int qcow2_cut (int fd, uint64_t size);

#endif /* CONVERT_QCOW2_H */
