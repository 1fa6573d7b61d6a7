/* SPDX-License-Identifier: MIT */
/* The file endpoint: what file.c and file-zero.c share. */
#ifndef COPY_FILE_H
#define COPY_FILE_H

#include <sys/stat.h>

#include "engine/copy.h"

struct file {
  struct endpoint e;
  bool device; /* a block device */
  struct stat st;
  /* Ways to write zeroes that do not work with this file. */
  _Atomic bool no_punch, no_zero_range, no_zero_out;
};

/* Write zeroes; 0 or errno. */
extern int file_zero (struct file *f, uint64_t offset, uint64_t length);

#endif /* COPY_FILE_H */
