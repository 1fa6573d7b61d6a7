/* SPDX-License-Identifier: MIT */

/* What can be wrong with simple replies. */

#include <errno.h>

#include "check.h"
#include "fault.h"

#define READ FAULT_READ

static const struct reply_fault rows[] = {
  { "magic of zeroes", READ, "zero 16", 0, "magic", "DEAD", 0 },
  { "historic reply magic", READ, "u32 0x96744668 zero 12", 0, "magic",
    "DEAD", 0 },
  { "historic request magic", READ, "u32 0x12560953 zero 12", 0, "magic",
    "DEAD", 0 },
  { "a structured chunk", READ,
    "chunk DONE OFFSET_DATA 1 u64 4K pattern 4K 4K", 0, "magic", "DEAD", 0 },
  { "an extended chunk", READ, "xchunk DONE NONE 1 4K", 0, "magic", "DEAD",
    0 },
  { "success for an unknown cookie", READ, "simple 0 77", EPROTO, "cookie",
    "DEAD", 0 },
  { "an error for an unknown cookie, then the reply", READ,
    "simple EIO 77\nsimple 0 1 pattern 4K 4K", 0, NULL, "READY", 1 },
  { "the same reply twice", READ,
    "simple 0 1 pattern 4K 4K\nsimple 0 1 pattern 4K 4K", EPROTO, "cookie",
    "DEAD", 1 },
  { "half the data", READ, "simple 0 1 pattern 4K 2K", 0, "closed",
    "DEAD on close", 0 },
  { "half the header", READ, "u32 0x67446698 u32 0", 0, "closed",
    "DEAD on close", 0 },
  { "an error with data behind it", READ, "simple EIO 1 fill 17 4096", 0,
    "magic", "DEAD", 0 },
  { "an unknown error", READ, "simple 2 1", EINVAL, NULL, "READY", 0 },
  { "the largest error", READ, "simple 0xffffffff 1", EINVAL, NULL, "READY",
    0 },
  { "shutting down", READ, "simple ESHUTDOWN 1", ESHUTDOWN, NULL, "READY",
    0 },
  { "an unknown error of a write", FAULT_WRITE, "simple 0xffffffff 1", EINVAL,
    NULL, "READY", 0 },
  { "a reply behind the last", READ, "simple 0 1 pattern 4K 4K\nsimple EIO 1",
    0, "unknown cookie", "READY", 1 },
  { "success nobody waits for", FAULT_IDLE, "simple 0 0", EPROTO, "cookie",
    "DEAD", 0 },
  { "garbage nobody waits for", FAULT_IDLE, "fill 255 16", 0, "magic", "DEAD",
    0 },
};

void
test (void)
{
  run_reply_faults (SIMPLE, 1 << 20, rows, NR (rows));
  check_rows_end ();
}
