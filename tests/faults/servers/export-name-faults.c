/* SPDX-License-Identifier: MIT */

/* What can be wrong with the reply to NBD_OPT_EXPORT_NAME, which has no
 * header. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "fault.h"

static const struct handshake_fault padded[] = {
  { "closed: the export is refused", "", 0, "clos", "DEAD on close" },
  { "closed in the size", "u32 0", 0, "clos", "DEAD on close" },
  { "closed in the padding", "u64 1M u16 1 zero 123", 0, "clos",
    "DEAD on close" },
  { "silence instead of the padding", "u64 1M u16 1", 0, NULL, "CONNECTING" },
  { "an option reply", "reply EXPORT_NAME ERR_UNKNOWN zero 114", EINVAL,
    "flags", "DEAD" },
  { "no flags", "u64 1M u16 0 zero 124", EINVAL, "flags", "DEAD" },
  { "padding that is not zero", "u64 1M u16 1 fill 255 124", 0, NULL,
    "READY" },
};

static const struct handshake_fault unpadded[] = {
  { "padding that was agreed to be left out", "u64 1M u16 1 zero 124", 0,
    "magic", "DEAD" },
  { "no padding", "u64 1M u16 1", 0, NULL, "READY" },
};

static const struct handshake_fault after_go[] = {
  { "padding after NBD_OPT_GO",
    "reply GO INFO u16 0 u64 1M u16 1\nreply GO ACK\nzero 124", 0, "magic",
    "DEAD" },
};

static void
prepare (struct nbd_handle *h)
{
  set_style (h, SIMPLE);
}

void
test (void)
{
  struct handshake_stage stage = {
    .prepare = prepare,
    .greeting = "NBDMAGIC IHAVEOPT u16 0",
  };

  run_handshake_faults (&stage, padded, NR (padded));
  stage.greeting = "NBDMAGIC IHAVEOPT u16 1\nreply GO ERR_UNSUP";
  run_handshake_faults (&stage, padded, NR (padded));
  stage.greeting = "NBDMAGIC IHAVEOPT u16 3\nreply GO ERR_UNSUP";
  run_handshake_faults (&stage, unpadded, NR (unpadded));
  stage.greeting = "NBDMAGIC IHAVEOPT u16 3";
  run_handshake_faults (&stage, after_go, NR (after_go));
  check_rows_end ();
}
