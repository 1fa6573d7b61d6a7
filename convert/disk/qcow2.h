/* SPDX-License-Identifier: MIT */
/* The size of a qcow2 image. */
#ifndef CONVERT_QCOW2_H
#define CONVERT_QCOW2_H

#include <stdint.h>

/* Nothing was written behind SIZE in this image, which is larger and not
 * open elsewhere: make that its size.  0, or -1 with errno.  The last sector
 * becomes a whole one, since qemu ignores what is less. */
extern int qcow2_cut (int fd, uint64_t size);

#endif /* CONVERT_QCOW2_H */
