/* SPDX-License-Identifier: MIT */

/* What can be wrong with the replies to NBD_OPT_LIST.
 *
 * CVE-2017-2630 is "a huge reply".  CVE-2017-15118 is "a name of 4097 bytes"
 * and CVE-2022-26495 is "the name exceeds the reply", both with client and
 * server exchanged. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "fault.h"

static const struct handshake_fault rows[] = {
  { "no name length", "reply LIST SERVER", EPROTO, "length", "DEAD" },
  { "a name length of three bytes", "reply LIST SERVER \"abc\"", EPROTO,
    "length", "DEAD" },
  { "the name exceeds the reply", "reply LIST SERVER u32 0xffffffff", EPROTO,
    "name", "DEAD" },
  { "the name exceeds the reply by one", "reply LIST SERVER u32 5 \"disk\"",
    EPROTO, "name", "DEAD" },
  { "a name of 4097 bytes", "reply LIST SERVER u32 4097 fill 65 4097", EPROTO,
    "4097", "DEAD" },
  { "a description of 4097 bytes",
    "reply LIST SERVER string \"a\" fill 65 4097", EPROTO, "name", "DEAD" },
  { "the longest name",
    "reply LIST SERVER u32 4096 fill 65 4096\nreply LIST ACK", 0, NULL,
    "NEGOTIATING" },
  { "a name with a NUL", "reply LIST SERVER string \"a\\0b\"", EPROTO, "NUL",
    "DEAD" },
  { "a description with a NUL", "reply LIST SERVER string \"a\" \"b\\0c\"",
    EPROTO, "NUL", "DEAD" },
  { "a name that is no UTF-8",
    "reply LIST SERVER string \"\\xff\\xfe\"\nreply LIST ACK", 0, NULL,
    "NEGOTIATING" },
  { "a huge reply", "reply_head LIST SERVER 0x7fffffff", EPROTO, "length",
    "DEAD" },
  { "a reply for NBD_OPT_INFO",
    "reply LIST INFO u16 INFO_EXPORT u64 1M u16 1", EPROTO, "type", "DEAD" },
  { "a metadata context", "reply LIST META_CONTEXT u32 1 \"base:a\"", EPROTO,
    "type", "DEAD" },
  { "refused after two entries",
    "reply LIST SERVER string \"a\"\nreply LIST SERVER string \"b\"\n"
    "reply LIST ERR_POLICY",
    ENOTSUP, NULL, "NEGOTIATING" },
  { "nothing", "reply LIST ACK", 0, NULL, "NEGOTIATING" },
  { "closed between entries", "reply LIST SERVER string \"a\"", 0, "closed",
    "DEAD on close" },
};

static void
prepare (struct nbd_handle *h)
{
  set_style (h, SIMPLE);
}

static int
issue (struct nbd_handle *h)
{
  return nbd_aio_opt_list (h, list (&handshake_middle),
                           completion (&handshake_done));
}

void
test (void)
{
  static const struct handshake_stage stage = {
    .prepare = prepare,
    .option = issue,
    .greeting = "NBDMAGIC IHAVEOPT u16 3",
  };

  run_handshake_faults (&stage, rows, NR (rows));
  check_rows_end ();
}
