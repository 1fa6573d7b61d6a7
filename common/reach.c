/* SPDX-License-Identifier: MIT */
/* How far requests for block status go, if some fail.  The range that makes
 * a server fail is found by halving; sizes are multiples of the largest
 * block that a server may insist on. */
#include <config.h>

#include "extents.h"

/* Shorter requests are not halved. */
#define SHORT UINT64_C (65536)

/* After so many failures in a row, which are 2 GiB, nothing more is asked. */
#define MAX_FAILURES 16

void
tool_reach_start (struct tool_reach *reach, uint64_t most)
{
  *reach = (struct tool_reach) { .most = most, .next = most };
}

void
tool_reach_answered (struct tool_reach *reach)
{
  reach->failures = 0;
  reach->next =
    reach->next > reach->most / 2 ? reach->most : 2 * reach->next;
}

uint64_t
tool_reach_failed (struct tool_reach *reach, uint64_t length)
{
  if (length > SHORT) {
    uint64_t half = length / 2 / SHORT * SHORT;
    if (half == 0)
      half = SHORT;
    if (reach->next > half)
      reach->next = half;
    return 0;
  }
  reach->next = SHORT;
  if (++reach->failures == MAX_FAILURES)
    return UINT64_MAX;
  return SHORT << (reach->failures - 1);
}
