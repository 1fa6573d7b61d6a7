/* SPDX-License-Identifier: MIT */
/* --check: asking the server's map whether a range has data. */
#include <config.h>

#include <inttypes.h>

#include "discard.h"
#include "extents.h"

struct check {
  uint64_t wanted; /* flags that all extents must have */
  uint64_t data;   /* the first offset where they are missing */
  bool has_data, has_unknown;
};

/* End the walk at the first extent without the flags. */
static int
take_extent (void *opaque, uint64_t offset, uint64_t length, uint64_t type)
{
  struct check *check = opaque;

  (void) length;
  if ((type & check->wanted) == check->wanted)
    return 0;
  check->data = offset;
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

bool
check_range (struct nbd_handle *h, struct range range, bool zero, bool quiet)
{
  struct check check = {
    .wanted = zero ? LIBNBD_STATE_ZERO : LIBNBD_STATE_HOLE,
  };
  struct tool_extents extents = {
    .h = h,
    .context = LIBNBD_CONTEXT_BASE_ALLOCATION,
    .offset = range.start,
    .length = range.end - range.start,
    .extent = take_extent,
    .unknown = take_unknown,
    .opaque = &check,
  };

  tool_progress_start (TOOL_PROGRESS_PATIENT_BAR, -1,
                       range.end - range.start);
  tool_each_extent (&extents);
  tool_progress_end (true);
  if (check.has_data && !quiet)
    printf ("image has data at offset %" PRIu64 "\n", check.data);
  return !check.has_data && !check.has_unknown;
}
