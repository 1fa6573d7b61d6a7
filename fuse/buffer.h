/* SPDX-License-Identifier: MIT */
/* Page-aligned memory, which is kept for reuse. */
#ifndef FUSE_BUFFER_H
#define FUSE_BUFFER_H

#include <stddef.h>

struct buffer {
  struct buffer *next;
  size_t size;
  char *data;
};
extern struct buffer *buffer_get (size_t size); /* NULL: no memory */
extern void buffer_put (struct buffer *buffer); /* may be NULL */

#endif /* FUSE_BUFFER_H */
