/* SPDX-License-Identifier: MIT */

/* What can be wrong with the greeting. */

#include <errno.h>

#include "check.h"
#include "fault.h"

static const struct handshake_fault rows[] = {
  { "closed at once", "", 0, "closed", "DEAD on close" },
  { "closed in the first magic", "\"NBDM\"", 0, "closed", "DEAD on close" },
  { "closed before the flags", "NBDMAGIC IHAVEOPT u8 0", 0, "closed",
    "DEAD on close" },
  { "wrong magic", "u64 0x4e42444d41474944 IHAVEOPT u16 3", EPROTO, "magic",
    "DEAD" },
  { "unknown style", "NBDMAGIC u64 0", EPROTO, NULL, "DEAD" },
  { "a banner with escape sequences",
    "\"\\x1b[2J220 mail.example.org ESMTP\\x07\\n\"", EPROTO, "magic",
    "DEAD" },
  { "zeroes", "zero 152", EPROTO, "magic", "DEAD" },
  { "oldstyle without HAS_FLAGS", "NBDMAGIC OLDMAGIC u64 1M u32 0 zero 124",
    EINVAL, "flags", "DEAD" },
  { "oldstyle with unknown handshake flags",
    "NBDMAGIC OLDMAGIC u64 1M u16 3 u16 HAS_FLAGS zero 124", EPROTO, "flags",
    "DEAD" },
  { "oldstyle, closed after the size", "NBDMAGIC OLDMAGIC u64 1M", 0,
    "closed", "DEAD on close" },
  { "silence", "", 0, NULL, "CONNECTING" },
  { "silence in the flags", "NBDMAGIC IHAVEOPT u8 0", 0, NULL, "CONNECTING" },
  { "silence in the padding of oldstyle",
    "NBDMAGIC OLDMAGIC u64 1M u16 0 u16 HAS_FLAGS zero 123", 0, NULL,
    "CONNECTING" },
};

void
test (void)
{
  static const struct handshake_stage stage = { 0 };

  run_handshake_faults (&stage, rows, NR (rows));
  check_rows_end ();
}
