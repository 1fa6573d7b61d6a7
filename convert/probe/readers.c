/* SPDX-License-Identifier: MIT */
/* Readers of inputs and of images. */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "image/image.h"
#include "probe.h"
#include "source/input.h"
#include "tool.h"

static ssize_t
read_input (struct probe_reader *r, void *buffer, size_t length,
            uint64_t offset, char **why)
{
  return input_read (r->opaque, buffer, length, offset, why);
}

struct probe_reader
probe_reads_input (struct input *in)
{
  return (struct probe_reader) {
    .read = read_input,
    .size = in->size,
    .in_order = in->in_order,
    .opaque = in,
  };
}

/* ---- the decoded image ---- */

static ssize_t
read_head (struct image *image, void *buffer, size_t length, uint64_t offset,
           char **why)
{
  char *head = tool_alloc (offset + length);
  int64_t n = image_head (image, head, offset + length, why);

  n = n <= (int64_t) offset ? MIN (n, 0) : n - (int64_t) offset;
  if (n > 0)
    memcpy (buffer, head + offset, n);
  free (head);
  return n;
}

static ssize_t
read_image (struct probe_reader *r, void *buffer, size_t length,
            uint64_t offset, char **why)
{
  if (r->in_order)
    return read_head (r->opaque, buffer, length, offset, why);
  if (offset >= r->size)
    return 0;
  length = MIN (length, r->size - offset);
  return image_pread (r->opaque, buffer, length, offset, why) == -1
           ? -1
           : (ssize_t) length;
}

struct probe_reader
probe_reads_image (struct image *image)
{
  return (struct probe_reader) {
    .read = read_image,
    .size = image_size (image),
    .in_order = image_is_in_order (image),
    .opaque = image,
  };
}
