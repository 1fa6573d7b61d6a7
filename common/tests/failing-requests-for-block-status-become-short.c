/* SPDX-License-Identifier: MIT */
/* Requests for block status that fail are halved, then passed over in
 * growing steps, until nothing more is asked; answers make them long again. */
#include "check.h"
#include "extents.h"

#define SHORT UINT64_C (65536)

/* Fail requests until something is passed over; how many bytes. */
static uint64_t
fail (struct tool_reach *reach, uint64_t left, unsigned *requests)
{
  for (;;) {
    uint64_t length = left < reach->next ? left : reach->next;
    uint64_t unknown = tool_reach_failed (reach, length);
    ++*requests;
    if (unknown != 0)
      return unknown;
    CHECK (reach->next < length);
    CHECK (reach->next % SHORT == 0);
  }
}

static void
fails_all (uint64_t most)
{
  struct tool_reach reach;
  uint64_t unknown, last = SHORT / 2;
  unsigned requests = 0;

  tool_reach_start (&reach, most);
  CHECK (reach.next == most);
  while ((unknown = fail (&reach, UINT64_MAX, &requests)) != UINT64_MAX) {
    CHECK (unknown == 2 * last);
    last = unknown;
  }
  CHECK (last < UINT64_C (1) << 32);
  CHECK (requests < 64);
}

static void
recovers (uint64_t most)
{
  struct tool_reach reach;
  unsigned requests = 0;

  tool_reach_start (&reach, most);
  CHECK (fail (&reach, most, &requests) == SHORT);
  CHECK (fail (&reach, most, &requests) == 2 * SHORT);
  tool_reach_answered (&reach);
  CHECK (fail (&reach, most, &requests) == SHORT);
  for (requests = 0; reach.next < most; requests++)
    tool_reach_answered (&reach);
  CHECK (reach.next == most);
  CHECK (requests < 64);
  tool_reach_answered (&reach);
  /* The end of a disk may be shorter than any request. */
  CHECK (tool_reach_failed (&reach, 512) == SHORT);
}

void
test (void)
{
  static const uint64_t sizes[] = {
    SHORT, SHORT + 1, 100000, 0xfff00000, UINT64_C (1) << 62, UINT64_MAX,
  };

  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    fails_all (sizes[i]);
    recovers (sizes[i]);
  }
}
