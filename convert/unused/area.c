/* SPDX-License-Identifier: MIT */
/* A range of a disk, which its owner reads. */
#include <config.h>

#include "unused/owner.h"

int
area_read (struct area *a, void *buffer, uint64_t length, uint64_t offset)
{
  uint64_t disk = a->disk->size;

  if (a->failed != NULL || offset > a->length || length > a->length - offset
      || a->start > disk || offset + length > disk - a->start)
    return -1;
  return a->disk->read (a->disk, buffer, length, a->start + offset,
                        &a->failed);
}
