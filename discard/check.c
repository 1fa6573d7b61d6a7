/* SPDX-License-Identifier: MIT */
/* --check: asking the server's map whether a range has data. */
#include <config.h>

#include <inttypes.h>

#include "discard.h"
#include "extents.h"
#include "pool.h"

struct check {
  struct range range;
  uint64_t wanted; /* flags that all extents must have */
  uint64_t data;   /* the first offset where they are missing */
  bool has_data, has_unknown;
};

/* End the walk at the first extent without the flags. */
static int
take_extent (void *opaque, uint64_t offset, uint64_t length, uint64_t type)
{
  struct check *check = opaque;
  uint64_t start = check->range.start;

  if ((type & check->wanted) == check->wanted || offset + length <= start
      || offset >= check->range.end)
    return 0;
  check->data = offset > start ? offset : start;
  check->has_data = true;
  return 1;
}

static int
take_unknown (void *opaque, uint64_t offset, uint64_t length, const char *why)
{
  struct check *check = opaque;

  check->has_unknown = true;
  tool_error ("cannot check %" PRIu64 " bytes at offset %" PRIu64 ": %s",
              length, offset, why);
  return 0;
}

/* The whole blocks that contain the range, since the server describes no
 * less. */
static struct range
blocks_around (struct nbd_handle *h, struct range range)
{
  struct tool_export export = tool_export_of (h);
  uint64_t block = export.minimum;
  uint64_t end = (range.end + block - 1) / block * block;

  if (end > (uint64_t) export.size)
    end = export.size;
  return (struct range) { range.start / block * block, end };
}

bool
check_range (struct nbd_handle *h, struct range range, bool zero, bool quiet)
{
  struct range blocks = blocks_around (h, range);
  struct check check = {
    .range = range,
    .wanted = zero ? LIBNBD_STATE_ZERO : LIBNBD_STATE_HOLE,
  };
  struct tool_extents extents = {
    .h = h,
    .context = LIBNBD_CONTEXT_BASE_ALLOCATION,
    .offset = blocks.start,
    .length = blocks.end - blocks.start,
    .extent = take_extent,
    .unknown = take_unknown,
    .opaque = &check,
  };

  tool_progress_start ();
  tool_each_extent (&extents);
  tool_progress_end ();
  if (check.has_data && !quiet)
    printf ("image has data at offset %" PRIu64 "\n", check.data);
  return !check.has_data && !check.has_unknown;
}
