/* SPDX-License-Identifier: MIT */
/* Buffers.
 *
 * malloc gets large blocks from the kernel and gives them back to it.  The page
 * faults of such a block cost as much as copying it.  So buffers are kept for
 * reuse, by size. */
#include <config.h>

#include <stdlib.h>

#include "buffer.h"

#define SMALLEST_SHIFT 12
#define CLASSES 15          /* 4 KiB to 64 MiB */
#define MAX_KEPT (32 << 20) /* bytes that are not in use */

static struct buffer *kept[CLASSES];
static size_t kept_bytes;

static unsigned
class_of (size_t size)
{
  unsigned size_class = 0;
  while (size_class < CLASSES - 1
         && ((size_t) 1 << SMALLEST_SHIFT << size_class) < size)
    size_class++;
  return size_class;
}

struct buffer *
buffer_get (size_t size)
{
  unsigned size_class = class_of (size);
  struct buffer *buffer = kept[size_class];
  if (buffer) {
    kept[size_class] = buffer->next;
    kept_bytes -= buffer->size;
    return buffer;
  }
  buffer = malloc (sizeof *buffer);
  if (buffer == NULL)
    return NULL;
  buffer->size = (size_t) 1 << SMALLEST_SHIFT << size_class;
  if (buffer->size < size) {
    free (buffer);
    return NULL;
  }
  buffer->data = aligned_alloc (1 << SMALLEST_SHIFT, buffer->size);
  if (buffer->data == NULL) {
    free (buffer);
    return NULL;
  }
  return buffer;
}

void
buffer_put (struct buffer *buffer)
{
  if (buffer == NULL)
    return;
  if (kept_bytes + buffer->size > MAX_KEPT) {
    free (buffer->data);
    free (buffer);
    return;
  }
  struct buffer **list = &kept[class_of (buffer->size)];
  buffer->next = *list;
  *list = buffer;
  kept_bytes += buffer->size;
}
