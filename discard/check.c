/* SPDX-License-Identifier: MIT */
/* --check: what the server's map says. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "discard.h"

/* Without extended headers a request has 32 bits for its length. */
#define CHECK_MAX (UINT64_C (1) << 31)
#define CHECK_MAX_EXTENDED (UINT64_C (1) << 60)

struct check {
  uint64_t wanted;              /* flags that all extents must have */
  uint64_t offset;              /* all before has them */
  bool data;                    /* and at offset they are missing */
};

static int
take_extents (void *opaque, const char *context, uint64_t offset,
              nbd_extent *extents, size_t count, int *error)
{
  struct check *check = opaque;

  (void) error;
  if (strcmp (context, LIBNBD_CONTEXT_BASE_ALLOCATION) != 0
      || offset != check->offset)
    return 0;
  for (size_t i = 0; i < count && !check->data; i++) {
    check->data = (extents[i].flags & check->wanted) != check->wanted;
    if (!check->data)
      check->offset += extents[i].length;
  }
  return 0;
}

bool
check_range (struct nbd_handle *h, struct range range, bool zero, bool quiet)
{
  uint64_t max = nbd_get_extended_headers_negotiated (h) == 1
    ? CHECK_MAX_EXTENDED : CHECK_MAX;
  struct check check = {
    .wanted = zero ? LIBNBD_STATE_ZERO : LIBNBD_STATE_HOLE,
    .offset = range.start,
  };

  tool_progress_start (TOOL_PROGRESS_PATIENT_BAR, -1,
                       range.end - range.start);
  while (check.offset < range.end && !check.data) {
    uint64_t start = check.offset, left = range.end - start;
    nbd_extent64_callback extents = {
      .callback = take_extents, .user_data = &check,
    };
    if (nbd_block_status_64 (h, left < max ? left : max, start, extents,
                             0) == -1)
      tool_nbd_fail (NULL);
    if (check.offset == start && !check.data)
      tool_fail ("the server's block status is empty at offset %" PRIu64,
                 start);
    tool_progress (check.offset - range.start, range.end - range.start);
  }
  tool_progress_end (true);
  /* The last extent may go on behind the range. */
  if (check.data && check.offset < range.end) {
    if (!quiet)
      printf ("image has data at offset %" PRIu64 "\n", check.offset);
    return false;
  }
  return true;
}
