/* SPDX-License-Identifier: MIT */

/* What can be wrong with structured replies to reads and other commands.  If
 * the rest of the reply can be skipped, only the command fails.  Extended
 * replies have other headers and the same chunks.
 *
 * CVE-2019-14842 is "data before the request" and "data that wraps around". */

#include <errno.h>

#include "check.h"
#include "fault.h"

#define READ FAULT_READ
#define WHOLE "u64 4K pattern 4K 4K"

static const struct reply_fault structured[] = {
  { "magic of zeroes", READ, "zero 20", 0, "magic", "DEAD", 0 },
  { "extended magic", READ, "xchunk DONE NONE 1 4K", 0, "magic", "DEAD", 0 },
  { "a simple reply with data", READ, "simple 0 1 pattern 4K 4K", EPROTO,
    NULL, "READY", ANY_CALLS },
  { "a simple error", READ, "simple EIO 1", EIO, NULL, "READY", 0 },
  { "a simple success for nobody", READ,
    "simple 0 77\nchunk DONE OFFSET_DATA 1 " WHOLE, 0, NULL, "READY", 1 },
  { "replies for nobody while idle", FAULT_IDLE,
    "simple 0 0\n"
    "chunk DONE NONE 99\nchunk DONE ERROR 98 u32 EIO text \"\"",
    0, NULL, "READY", 0 },
  { "closed in a header", READ, "u32 0x668e33ef u16 1", 0, "closed",
    "DEAD on close", 0 },
  { "a simple error of an unknown number", READ, "simple 0xffffffff 1",
    EINVAL, NULL, "READY", 0 },
  { "a simple ESHUTDOWN", READ, "simple ESHUTDOWN 1", ESHUTDOWN, NULL,
    "READY", 0 },
  { "a simple success of a write", FAULT_WRITE, "simple 0 1", 0, NULL,
    "READY", 0 },
  { "simple success for nobody", FAULT_IDLE, "simple 0 0", 0,
    "unknown cookie", "READY", 0 },
};

static const struct reply_fault chunks[] = {
  { "a chunk for nobody", READ,
    "chunk DONE OFFSET_DATA 77 u64 0 \"x\"\n"
    "chunk DONE OFFSET_DATA 1 " WHOLE,
    0, "unknown cookie", "READY", 1 },
  { "a chunk after the last", READ,
    "chunk DONE OFFSET_DATA 1 " WHOLE "\n"
    "chunk DONE OFFSET_DATA 1 " WHOLE,
    0, "unknown cookie", "READY", 1 },
  { "unknown type", READ, "chunk DONE 3 1", EPROTO, "no answer", "READY", 0 },
  { "unknown type with payload", READ, "chunk DONE 4 1 fill 7 5000", EPROTO,
    "no answer", "READY", 0 },
  { "unknown error type", READ, "chunk DONE 0x80ff 1 u32 EIO text \"no\"",
    EIO, "no", "READY", 0 },
  { "unknown error type, text too long", READ,
    "chunk DONE 0x80ff 1 u32 EIO u16 1", 0, "text", "DEAD", 0 },
  { "an empty chunk with payload", FAULT_WRITE, "chunk DONE NONE 1 \"what\"",
    EPROTO, "no answer", "READY", 0 },
  { "an empty chunk that is not the last", FAULT_WRITE,
    "chunk 0 NONE 1\nchunk DONE NONE 1", EPROTO, "no answer", "READY", 0 },
  { "data of no bytes", READ, "chunk DONE OFFSET_DATA 1 u64 4K", EPROTO,
    "no answer", "READY", 0 },
  { "data without offset", READ, "chunk DONE OFFSET_DATA 1 zero 7", EPROTO,
    "no answer", "READY", 0 },
  { "data of huge length", READ, "chunk_head DONE OFFSET_DATA 1 0xffffffff",
    0, "exceeds", "DEAD", 0 },
  { "data one byte above the limit", READ,
    "chunk_head DONE OFFSET_DATA 1 67108873", 0, "exceeds", "DEAD", 0 },
  { "data longer than the request", READ,
    "chunk_head DONE OFFSET_DATA 1 4105 u64 4K", 0, "outside", "DEAD", 0 },
  { "data before the request", READ,
    "chunk DONE OFFSET_DATA 1 u64 4095 \"x\"", 0, "outside", "DEAD", 0 },
  { "data across the end", READ, "chunk DONE OFFSET_DATA 1 u64 8191 \"xy\"",
    0, "outside", "DEAD", 0 },
  { "data behind the end", READ, "chunk DONE OFFSET_DATA 1 u64 8192 \"x\"", 0,
    "outside", "DEAD", 0 },
  { "data that wraps around", READ,
    "chunk DONE OFFSET_DATA 1 u64 0xfffffffffffffff8 zero 16", 0, "outside",
    "DEAD", 0 },
  { "a hole before the request", READ,
    "chunk DONE OFFSET_HOLE 1 u64 0 u32 8K", 0, "outside", "DEAD", 0 },
  { "a huge hole", READ, "chunk DONE OFFSET_HOLE 1 u64 4K u32 0xffffffff", 0,
    "outside", "DEAD", 0 },
  { "a hole that wraps around", READ,
    "chunk DONE OFFSET_HOLE 1 u64 0xfffffffffffff000 u32 8K", 0, "outside",
    "DEAD", 0 },
  { "a hole too short", READ, "chunk DONE OFFSET_HOLE 1 zero 11", EPROTO,
    "no answer", "READY", 0 },
  { "a hole too long", READ, "chunk DONE OFFSET_HOLE 1 zero 13", EPROTO,
    "no answer", "READY", 0 },
  { "a hole of no bytes", READ, "chunk DONE OFFSET_HOLE 1 u64 4K u32 0", 0,
    "outside", "DEAD", 0 },
  { "overlap by one byte", READ,
    "chunk 0 OFFSET_DATA 1 u64 4K pattern 4K 2049\n"
    "chunk DONE OFFSET_DATA 1 u64 6K pattern 6K 2K",
    EPROTO, "more than", "READY", 1 },
  { "data, then a hole over it", READ,
    "chunk 0 OFFSET_DATA 1 " WHOLE "\n"
    "chunk DONE OFFSET_HOLE 1 u64 4K u32 4K",
    EPROTO, "more than", "READY", 1 },
  { "half the range", READ,
    "chunk 0 OFFSET_DATA 1 u64 4K pattern 4K 2K\n"
    "chunk DONE NONE 1",
    EPROTO, NULL, "READY", 1 },
  { "nothing but success", READ, "chunk DONE NONE 1", EPROTO, NULL, "READY",
    0 },
  { "two pieces with DF", FAULT_READ_DF,
    "chunk 0 OFFSET_DATA 1 u64 4K pattern 4K 2K\n"
    "chunk DONE OFFSET_DATA 1 u64 6K pattern 6K 2K",
    0, NULL, "READY", 2 },
  { "data for a write", FAULT_WRITE, "chunk DONE OFFSET_DATA 1 u64 4K \"x\"",
    EPROTO, "no answer", "READY", 0 },
  { "a hole for a flush", FAULT_FLUSH,
    "chunk DONE OFFSET_HOLE 1 u64 4K u32 4K", EPROTO, "no answer", "READY",
    0 },
  { "block status for a read", READ,
    "chunk DONE BLOCK_STATUS 1 u32 1 u32 4K u32 0", EPROTO, "no answer",
    "READY", 0 },
  { "an error of zero", READ, "chunk DONE ERROR 1 u32 0 text \"\"", EPROTO,
    NULL, "READY", 0 },
  { "an error too short", READ, "chunk DONE ERROR 1 zero 5", EPROTO,
    "no answer", "READY", 0 },
  { "an error whose text is missing", READ,
    "chunk DONE ERROR 1 u32 EIO u16 10", 0, "text", "DEAD", 0 },
  { "an error with stray bytes", READ,
    "chunk DONE ERROR 1 u32 EIO text \"\" \"dust\"", EIO, NULL, "READY", 0 },
  { "an error at an offset, too short", READ,
    "chunk DONE ERROR_OFFSET 1 u32 EIO text \"\" u32 0", EPROTO, "no answer",
    "READY", 0 },
  { "an error at an offset, its text too long", READ,
    "chunk DONE ERROR_OFFSET 1 u32 EIO u16 1 u64 4K", 0, "text", "DEAD", 0 },
  { "an error, then all the data", READ,
    "chunk 0 ERROR 1 u32 EIO text \"\"\nchunk 0 OFFSET_DATA 1 " WHOLE "\n"
    "chunk DONE NONE 1",
    EIO, NULL, "READY", 1 },
  { "data, then an error inside it", READ,
    "chunk 0 OFFSET_DATA 1 " WHOLE "\n"
    "chunk DONE ERROR_OFFSET 1 u32 EIO text \"\" u64 5000",
    EIO, NULL, "READY", 2 },
  { "the second of two errors", READ,
    "chunk 0 ERROR 1 u32 ENOSPC text \"\"\n"
    "chunk DONE ERROR 1 u32 EIO text \"\"",
    ENOSPC, NULL, "READY", 0 },
  { "closed in the data", READ,
    "chunk_head DONE OFFSET_DATA 1 4104 u64 4K pattern 4K 100", 0, "closed",
    "DEAD on close", 0 },
  { "closed in what is skipped", READ, "chunk_head DONE 3 1 100 zero 50", 0,
    "closed", "DEAD on close", 0 },
  { "an error of an unknown number", READ,
    "chunk DONE ERROR 1 u32 0xffffffff text \"\"", EINVAL, NULL, "READY", 0 },
  { "shutting down", READ, "chunk DONE ERROR 1 u32 ESHUTDOWN text \"bye\"",
    ESHUTDOWN, "bye", "READY", 0 },
  { "a large unknown payload", READ, "chunk DONE 0x7fff 1 fill 7 70000",
    EPROTO, "no answer", "READY", 0 },
  { "a hole and data with DF", FAULT_READ_DF,
    "chunk 0 OFFSET_HOLE 1 u64 4K u32 2K\n"
    "chunk DONE OFFSET_DATA 1 u64 6K pattern 6K 2K",
    0, NULL, "READY", 2 },
  { "unknown flags", READ,
    "chunk 0xfffe OFFSET_DATA 1 " WHOLE "\n"
    "chunk 0x8001 NONE 1",
    0, NULL, "READY", 1 },
  { "the longest text", READ,
    "chunk DONE ERROR 1 u32 EIO u16 4096 fill 65 4096", EIO, "AAAA", "READY",
    0 },
  { "a text too long", READ,
    "chunk DONE ERROR 1 u32 EIO u16 4097 fill 65 4097", 0, "text", "DEAD",
    0 },
  { "an error before the request", READ,
    "chunk DONE ERROR_OFFSET 1 u32 EIO text \"\" u64 4095", EIO, NULL,
    "READY", 0 },
  { "an error behind the request", READ,
    "chunk DONE ERROR_OFFSET 1 u32 EIO text \"\" u64 8K", EIO, NULL, "READY",
    0 },
  { "an error beyond 63 bits", READ,
    "chunk DONE ERROR_OFFSET 1 u32 EIO text \"\" u64 0xffffffffffffffff", EIO,
    NULL, "READY", 0 },
  { "an error for nobody", READ,
    "chunk DONE ERROR 77 u32 EIO text \"\"\n"
    "chunk DONE OFFSET_DATA 1 " WHOLE,
    0, "unknown cookie", "READY", 1 },
  { "success with stray bytes for a flush", FAULT_FLUSH,
    "chunk DONE NONE 1 zero 1", EPROTO, "no answer", "READY", 0 },
  { "success for nobody while idle", FAULT_IDLE,
    "chunk DONE NONE 99\n"
    "chunk DONE ERROR 98 u32 EIO text \"\"",
    0, "unknown cookie", "READY", 0 },
};

void
test (void)
{
  run_reply_faults (STRUCTURED, 1 << 20, structured, NR (structured));
  run_chunk_faults (chunks, NR (chunks));
  check_rows_end ();
}
