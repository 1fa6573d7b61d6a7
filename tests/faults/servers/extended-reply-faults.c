/* SPDX-License-Identifier: MIT */

/* What can be wrong with extended replies to reads and other commands. */

#include <errno.h>

#include "check.h"
#include "fault.h"

#define READ FAULT_READ
#define WHOLE "u64 4K pattern 4K 4K"

static const struct reply_fault rows[] = {
  { "a simple reply, then silence", READ, "simple 0 1", 0, "magic", "DEAD",
    0 },
  { "a simple reply to a write", FAULT_WRITE, "simple 0 1", 0, "magic",
    "DEAD", 0 },
  { "a structured chunk", READ, "chunk DONE OFFSET_DATA 1 " WHOLE, 0, "magic",
    "DEAD", 0 },
  { "zeroes", FAULT_IDLE, "zero 32", 0, "magic", "DEAD", 0 },
  { "another offset", READ, "xchunk DONE OFFSET_DATA 1 0 " WHOLE, EPROTO,
    NULL, "READY", 0 },
  { "another offset for a flush", FAULT_FLUSH, "xchunk DONE NONE 1 1", EPROTO,
    NULL, "READY", 0 },
  { "length 2^32", READ, "xchunk_head DONE OFFSET_DATA 1 4K 0x100000000", 0,
    "exceeds", "DEAD", 0 },
  { "length 2^63", READ,
    "xchunk_head DONE OFFSET_DATA 1 4K 0x8000000000000000", 0, "exceeds",
    "DEAD", 0 },
  { "a chunk for nobody", READ,
    "xchunk DONE NONE 77 0\n"
    "xchunk DONE OFFSET_DATA 1 4K " WHOLE,
    0, NULL, "READY", 1 },
  { "a chunk for nobody while idle", FAULT_IDLE,
    "xchunk DONE OFFSET_DATA 77 0 u64 0 \"data\"", 0, NULL, "READY", 0 },
  { "unknown type", READ, "xchunk DONE 3 1 4K \"data\"", EPROTO, NULL,
    "READY", 0 },
  { "unknown error type", READ, "xchunk DONE 0x80ff 1 4K u32 EIO text \"\"",
    EIO, NULL, "READY", 0 },
  { "an empty chunk with payload", FAULT_WRITE,
    "xchunk DONE NONE 1 4K \"what\"", EPROTO, NULL, "READY", 0 },
  { "data before the request", READ,
    "xchunk DONE OFFSET_DATA 1 4K u64 4095 \"x\"", 0, "outside", "DEAD", 0 },
  { "data that wraps around", READ,
    "xchunk DONE OFFSET_DATA 1 4K u64 0xfffffffffffffff8 zero 16", 0,
    "outside", "DEAD", 0 },
  { "a huge hole", READ, "xchunk DONE OFFSET_HOLE 1 4K u64 4K u32 0xffffffff",
    0, "outside", "DEAD", 0 },
  { "a hole too long", READ, "xchunk DONE OFFSET_HOLE 1 4K zero 13", EPROTO,
    NULL, "READY", 0 },
  { "half the range", READ,
    "xchunk DONE OFFSET_DATA 1 4K u64 4K pattern 4K 2K", EPROTO, NULL,
    "READY", 1 },
  { "an error of zero", READ, "xchunk DONE ERROR 1 4K u32 0 text \"\"",
    EPROTO, NULL, "READY", 0 },
  { "an error whose text is missing", READ,
    "xchunk DONE ERROR 1 4K u32 EIO u16 10", 0, "text", "DEAD", 0 },
  { "an error at an offset, too short", READ,
    "xchunk DONE ERROR_OFFSET 1 4K u32 EIO text \"\" u32 0", EPROTO, NULL,
    "READY", 0 },
  { "an error of another offset", READ,
    "xchunk DONE ERROR 1 0 u32 EIO text \"\"", EPROTO, "offset 0", "READY",
    0 },
  { "closed in a header", READ, "u32 0x6e8a278c u16 1", 0, "closed",
    "DEAD on close", 0 },
  { "closed in the data", READ,
    "xchunk_head DONE OFFSET_DATA 1 4K 4104 u64 4K pattern 4K 100", 0,
    "closed", "DEAD on close", 0 },
};

void
test (void)
{
  run_reply_faults (EXTENDED, 1 << 20, rows, NR (rows));
  check_rows_end ();
}
