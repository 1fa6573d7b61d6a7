/* SPDX-License-Identifier: MIT */

/* What can be wrong with block status, in both header styles.
 *
 * CVE-2023-5871 is "wide flags for the narrow callback". */

#include <errno.h>

#include "check.h"
#include "fault.h"

#define STATUS FAULT_STATUS
#define BS "chunk DONE BLOCK_STATUS 1 "
#define XBS "xchunk DONE BLOCK_STATUS_EXT 1 4K "

static const struct reply_fault structured[] = {
  { "an unknown context", STATUS,
    "chunk 0 BLOCK_STATUS 1 u32 77 u32 4K "
    "u32 1\n" BS "u32 1 u32 4K u32 0",
    0, NULL, "READY", 1 },
  { "only an unknown context", STATUS, BS "u32 77 u32 4K u32 0", EPROTO, NULL,
    "READY", 0 },
  { "nothing but success", STATUS, "chunk DONE NONE 1", EPROTO, NULL, "READY",
    0 },
  { "a simple success", STATUS, "simple 0 1", EPROTO, NULL, "READY", 0 },
  { "the same context twice", STATUS,
    "chunk 0 BLOCK_STATUS 1 u32 1 u32 4K u32 0\n" BS "u32 1 u32 4K u32 1",
    EPROTO, NULL, "READY", ANY_CALLS },
  { "no extents", STATUS, BS "u32 1", EPROTO, NULL, "READY", 0 },
  { "half an extent", STATUS, BS "u32 1 u32 4K", EPROTO, NULL, "READY", 0 },
  { "no context", STATUS, BS "zero 3", EPROTO, NULL, "READY", 0 },
  { "an extent and a half", STATUS, BS "u32 1 u32 4K u32 0 u32 4K", EPROTO,
    NULL, "READY", 0 },
  { "a first extent of no bytes", STATUS, BS "u32 1 u32 0 u32 0", EPROTO,
    NULL, "READY", 1 },
  { "a later extent of no bytes", STATUS,
    BS "u32 1 u32 512 u32 0 u32 0 u32 0 u32 512 u32 0", 0, NULL, "READY", 1 },
  { "past the end of the export", STATUS,
    BS "u32 1 u32 0xffffffff u32 0 u32 4K u32 0", EPROTO, NULL, "READY", 1 },
  { "junk bits", STATUS, BS "u32 1 u32 4K u32 0xfffffffd", 0, NULL, "READY",
    1 },
  { "short", STATUS, BS "u32 1 u32 512 u32 0", 0, NULL, "READY", 1 },
  { "more than was asked for", STATUS,
    BS "u32 1 u32 4K u32 0 u32 4K u32 1 u32 8K u32 0", 0, NULL, "READY", 1 },
  { "two extents with REQ_ONE", FAULT_STATUS_ONE,
    BS "u32 1 u32 512 u32 0 u32 512 u32 1", 0, NULL, "READY", 1 },
  { "huge payload", STATUS, "chunk_head DONE BLOCK_STATUS 1 0xffffffff", 0,
    "exceeds", "DEAD", 0 },
  { "wide extents", FAULT_STATUS_64,
    "chunk DONE BLOCK_STATUS_EXT 1 "
    "u32 1 u32 1 u64 4K u64 0",
    EPROTO, NULL, "READY", ANY_CALLS },
  { "data", STATUS, "chunk DONE OFFSET_DATA 1 u64 4K \"x\"", EPROTO, NULL,
    "READY", 0 },
  { "three bytes of an extent", STATUS, BS "u32 1 zero 7", EPROTO,
    "no answer", "READY", 0 },
  { "more than a million extents", STATUS,
    "chunk_head DONE BLOCK_STATUS 1 8388620", 0, "more than 1048576", "DEAD",
    0 },
  { "payload of 64 MiB", STATUS, "chunk_head DONE BLOCK_STATUS 1 67108868", 0,
    "more than 1048576", "DEAD", 0 },
  { "an empty and another extent", STATUS,
    BS "u32 1 u32 0 u32 0 u32 4K u32 0", EPROTO, "extent of 0 bytes", "READY",
    ANY_CALLS },
  { "one extent that is too long with REQ_ONE", FAULT_STATUS_ONE,
    BS "u32 1 u32 8K u32 0", 0, NULL, "READY", 1 },
  { "an error", STATUS, "chunk DONE ERROR 1 u32 EIO text \"\"", EIO, NULL,
    "READY", 0 },
  { "closed in the extents", STATUS,
    "chunk_head DONE BLOCK_STATUS 1 20 u32 1 u32 512", 0, "closed",
    "DEAD on close", 0 },
};

static const struct reply_fault extended[] = {
  { "narrow extents", FAULT_STATUS_64,
    "xchunk DONE BLOCK_STATUS 1 4K u32 1 u32 4K u32 0", EPROTO, NULL, "READY",
    ANY_CALLS },
  { "an unknown context", STATUS, XBS "u32 77 u32 1 u64 4K u64 0", EPROTO,
    NULL, "READY", 0 },
  { "no extents", STATUS, XBS "u32 1 u32 0", EPROTO, NULL, "READY", 0 },
  { "fewer extents than counted", STATUS, XBS "u32 1 u32 2 u64 4K u64 0",
    EPROTO, NULL, "READY", ANY_CALLS },
  { "more extents than counted", STATUS,
    XBS "u32 1 u32 1 u64 4K u64 0 u64 4K u64 0", EPROTO, NULL, "READY",
    ANY_CALLS },
  { "half an extent", STATUS, XBS "u32 1 u32 1 u64 4K", EPROTO, NULL, "READY",
    0 },
  { "no context", STATUS, XBS "zero 7", EPROTO, NULL, "READY", 0 },
  { "a first extent of no bytes", FAULT_STATUS_64,
    XBS "u32 1 u32 1 u64 0 u64 0", EPROTO, NULL, "READY", 1 },
  { "past the end of the export", FAULT_STATUS_64,
    XBS "u32 1 u32 1 u64 0x8000000000000000 u64 0", EPROTO, NULL, "READY",
    1 },
  { "a sum that overflows", FAULT_STATUS_64,
    XBS "u32 1 u32 2 u64 4K u64 0 u64 0xffffffffffffffff u64 0", EPROTO, NULL,
    "READY", 1 },
  { "wide flags for the narrow callback", STATUS,
    XBS "u32 1 u32 1 u64 4K u64 0x100000000", EOVERFLOW, NULL, "READY", 1 },
  { "later wide flags for the narrow callback", STATUS,
    XBS "u32 1 u32 2 u64 4K u64 0 u64 4K u64 0x100000000", 0, NULL, "READY",
    1 },
  { "wide flags for the wide callback", FAULT_STATUS_64,
    XBS "u32 1 u32 1 u64 4K u64 0x100000003", 0, NULL, "READY", 1 },
  { "another offset", STATUS,
    "xchunk DONE BLOCK_STATUS_EXT 1 0 u32 1 u32 1 u64 4K u64 0", EPROTO, NULL,
    "READY", 0 },
  { "huge payload", STATUS,
    "xchunk_head DONE BLOCK_STATUS_EXT 1 4K 0x100000000", 0, "exceeds",
    "DEAD", 0 },
  { "more than a million extents", STATUS,
    "xchunk_head DONE BLOCK_STATUS_EXT 1 4K 16777240", 0, "more than 1048576",
    "DEAD", 0 },
  { "payload of 64 MiB", STATUS,
    "xchunk_head DONE BLOCK_STATUS_EXT 1 4K 67108872", 0, "more than 1048576",
    "DEAD", 0 },
  { "nothing but success", STATUS, "xchunk DONE NONE 1 4K", EPROTO, NULL,
    "READY", 0 },
  { "the same context twice", FAULT_STATUS_64,
    "xchunk 0 BLOCK_STATUS_EXT 1 4K u32 1 u32 1 u64 4K u64 0\n" XBS
    "u32 1 u32 1 u64 4K u64 1",
    EPROTO, "came twice", "READY", ANY_CALLS },
  { "two extents with REQ_ONE", FAULT_STATUS_ONE,
    XBS "u32 1 u32 2 u64 512 u64 0 u64 512 u64 1", 0, NULL, "READY", 1 },
  { "junk bits", STATUS, XBS "u32 1 u32 1 u64 4K u64 0xfffffffd", 0, NULL,
    "READY", 1 },
  { "short", STATUS, XBS "u32 1 u32 1 u64 512 u64 0", 0, NULL, "READY", 1 },
  { "more than was asked for", STATUS,
    XBS "u32 1 u32 2 u64 4K u64 0 u64 4K u64 1", 0, NULL, "READY", 1 },
  { "an unknown context in a filtered query", FAULT_STATUS_FILTER,
    XBS "u32 77 u32 1 u64 4K u64 0", EPROTO, "0 of 1 metadata contexts",
    "READY", 0 },
  { "data", STATUS, "xchunk DONE OFFSET_DATA 1 4K u64 4K \"x\"", EPROTO,
    "no answer", "READY", 0 },
  { "closed in the extents", STATUS,
    "xchunk_head DONE BLOCK_STATUS_EXT 1 4K 40 u32 1 u32 2", 0, "closed",
    "DEAD on close", 0 },
  { "an error to a filtered query", FAULT_STATUS_FILTER,
    "xchunk DONE ERROR 1 4K u32 EINVAL text \"\"", EINVAL, NULL, "READY", 0 },
};

void
test (void)
{
  run_reply_faults (STRUCTURED, 1 << 20, structured, NR (structured));
  run_reply_faults (EXTENDED, 1 << 20, extended, NR (extended));
  check_rows_end ();
}
