/* SPDX-License-Identifier: MIT */

/* Faults of a server in the automatic handshake, in which all options are
 * sent. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "fault.h"

#define EXT "reply EXTENDED_HEADERS "
#define STR "reply STRUCTURED_REPLY "
#define SET "reply SET_META_CONTEXT "

static const struct handshake_fault rows[] = {
  { "unsolicited ACK behind the greeting", "reply LIST ACK", EPROTO, "option",
    "DEAD" },
  { "a second ACK", EXT "ACK\n" EXT "ACK", EPROTO, "option", "DEAD" },
  { "extended headers acknowledged, GO unknown",
    EXT "ACK\n" SET "ACK\nreply GO ERR_UNSUP", ENOTSUP, NULL, "DEAD" },
  { "shutting down at the first option",
    EXT "ERR_SHUTDOWN\n" STR "ERR_SHUTDOWN\nreply GO ERR_SHUTDOWN", ESHUTDOWN,
    NULL, "DEAD" },
  { "information as answer",
    EXT "ERR_UNSUP\n"
        "reply STRUCTURED_REPLY INFO u16 0 u64 1M u16 1",
    EPROTO, "type", "DEAD" },
  { "block sizes required although asked for",
    EXT "ACK\n" SET "ACK\n"
        "reply GO ERR_BLOCK_SIZE_REQD",
    EINVAL, NULL, "DEAD" },
  { "policy", EXT "ACK\n" SET "ACK\nreply GO ERR_POLICY \"go away\"", 0,
    "go away", "DEAD" },
  { "no such export",
    EXT "ACK\n" SET "ACK\n"
        "reply GO INFO u16 0 u64 1M u16 1\nreply GO ERR_UNKNOWN",
    ENOENT, NULL, "DEAD" },
  { "contexts in the wrong option",
    EXT "ACK\n"
        "reply LIST_META_CONTEXT META_CONTEXT u32 1 \"base:allocation\"",
    EPROTO, "option", "DEAD" },
  { "contexts and then an error",
    EXT "ACK\n" SET "META_CONTEXT u32 1 \"base:allocation\"\n" SET
        "ERR_INVALID\n"
        "reply GO INFO u16 0 u64 1M u16 1\nreply GO ACK",
    0, NULL, "READY" },
};

static void
prepare (struct nbd_handle *h)
{
  CHECK_OK (nbd_add_meta_context (h, "base:allocation"));
}

void
test (void)
{
  static const struct handshake_stage stage = {
    .prepare = prepare,
    .greeting = "NBDMAGIC IHAVEOPT u16 3",
  };

  run_handshake_faults (&stage, rows, NR (rows));
  check_rows_end ();
}
