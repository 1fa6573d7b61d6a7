/* SPDX-License-Identifier: MIT */

/* What can be wrong with the information in the reply to NBD_OPT_GO and
 * NBD_OPT_INFO.
 *
 * CVE-2022-26496, with client and server exchanged, is "a name that is too
 * long". */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "fault.h"

#define EXPORT(opt) "reply " opt " INFO u16 0 u64 1M u16 1\n"

/* clang-format off */
#define ROWS(opt, end)                                                  \
  { "ACK without information", "reply " opt " ACK", EPROTO, NULL,       \
    "DEAD" },                                                           \
  { "export details too short", "reply " opt " INFO u16 0 zero 9",      \
    EPROTO, "length", "DEAD" },                                         \
  { "export details too long",                                          \
    "reply " opt " INFO u16 0 u64 1M u16 1 u8 0", EPROTO, "length",     \
    "DEAD" },                                                           \
  { "a single byte", "reply " opt " INFO u8 0", EPROTO, "length",       \
    "DEAD" },                                                           \
  { "nothing at all", "reply " opt " INFO", EPROTO, "length", "DEAD" }, \
  { "no flags at all", "reply " opt " INFO u16 0 u64 1M u16 0", EINVAL, \
    "flags", "DEAD" },                                                  \
  { "unknown information of huge length",                               \
    "reply_head " opt " INFO 0x7fffffff u16 0xffff", EPROTO, "length",  \
    "DEAD" },                                                           \
  { "block sizes too short", "reply " opt " INFO u16 3 zero 11",        \
    EPROTO, "length", "DEAD" },                                         \
  { "block sizes too long", "reply " opt " INFO u16 3 zero 13",         \
    EPROTO, "length", "DEAD" },                                         \
  { "an export entry", "reply " opt " SERVER string \"a\"", EPROTO,     \
    "type", "DEAD" },                                                   \
  { "a name with a NUL",                                                \
    EXPORT (opt) "reply " opt " INFO u16 1 \"a\\0b\"\n"                \
    "reply " opt " ACK", 0, NULL, end },                                \
  { "a name that is too long",                                          \
    EXPORT (opt) "reply " opt " INFO u16 1 fill 65 5000\n"              \
    "reply " opt " ACK", 0, NULL, end },                                \
  { "a description that is too long",                                   \
    EXPORT (opt) "reply " opt " INFO u16 2 fill 65 4097\n"              \
    "reply " opt " ACK", 0, NULL, end },                                \
  { "unknown information",                                              \
    "reply " opt " INFO u16 0x1234 fill 65 70000\n"                     \
    EXPORT (opt) "reply " opt " ACK", 0, NULL, end },                   \
  { "unknown flags", "reply " opt " INFO u16 0 u64 1M u16 0xe001\n"     \
    "reply " opt " ACK", 0, NULL, end },                                \
  { "the same details twice", EXPORT (opt) EXPORT (opt)                 \
    "reply " opt " ACK", 0, NULL, end },                                \
  { "details with two sizes",                                           \
    EXPORT (opt) "reply " opt " INFO u16 0 u64 2M u16 1", EPROTO,       \
    "twice", "DEAD" },                                                  \
  { "closed before the ACK", EXPORT (opt), 0, "closed", "DEAD on close" }, \
  { "silence before the ACK", EXPORT (opt), 0, NULL, "CONNECTING" }
/* clang-format on */

static const struct handshake_fault go_rows[] = { ROWS ("GO", "READY") };
static const struct handshake_fault info_rows[] = {
  ROWS ("INFO", "NEGOTIATING"),
};

static void
prepare (struct nbd_handle *h)
{
  set_style (h, SIMPLE);
}

static int
go (struct nbd_handle *h)
{
  return nbd_aio_opt_go (h, completion (&handshake_done));
}

static int
info (struct nbd_handle *h)
{
  return nbd_aio_opt_info (h, completion (&handshake_done));
}

void
test (void)
{
  struct handshake_stage stage = {
    .prepare = prepare,
    .greeting = "NBDMAGIC IHAVEOPT u16 3",
  };

  run_handshake_faults (&stage, go_rows, NR (go_rows));
  stage.option = go;
  run_handshake_faults (&stage, go_rows, NR (go_rows));
  stage.option = info;
  run_handshake_faults (&stage, info_rows, NR (info_rows));
  check_rows_end ();
}
