/* SPDX-License-Identifier: MIT */

/* What can be wrong with the reply to any option.  Each row runs in the
 * automatic handshake, and as the reply to each option of option mode.
 *
 * Servers that trusted their clients had the same faults: CVE-2017-15119 is
 * "ACK of huge length", CVE-2019-14851 "another option's number", and
 * CVE-2020-10761 "error text too long". */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "fault.h"

#define GREETING FAULT_GREETING

static void
prepare (struct nbd_handle *h)
{
  set_style (h, SIMPLE);
}

/* The rows are written for one option, which is an argument of the macro. */
/* clang-format off */
#define ROWS(opt, other)                                                \
  { "wrong reply magic", "u64 0x0003e889045565aa u32 " opt " u32 1 u32 0", \
    EPROTO, "magic", "DEAD" },                                          \
  { "another option's number", "reply " other " ACK", EPROTO, "option", \
    "DEAD" },                                                           \
  { "ACK of huge length", "reply_head " opt " ACK 0xffffffff", EPROTO,  \
    "length", "DEAD" },                                                 \
  { "ACK with data", "reply " opt " ACK \"data\"", EPROTO, "length",    \
    "DEAD" },                                                           \
  { "unknown reply type", "reply " opt " 5", EPROTO, "type", "DEAD" },  \
  { "reply type zero", "reply " opt " 0", EPROTO, "type", "DEAD" },     \
  { "error text too long", "reply " opt " ERR_POLICY fill 65 4097",     \
    EPROTO, NULL, "DEAD" },                                             \
  { "huge error text", "reply_head " opt " ERR_POLICY 0x7fffffff",      \
    EPROTO, NULL, "DEAD" },                                             \
  { "closed", "", 0, "closed", "DEAD on close" },                          \
  { "closed in the header", "u64 0x0003e889045565a9 u32 " opt, 0,       \
    "closed", "DEAD on close" },                                           \
  { "closed in the text", "reply_head " opt " ERR_POLICY 10 \"ha\"", 0, \
    "closed", "DEAD on close" },                                           \
  { "silence", "", 0, NULL, "CONNECTING" },                             \
  { "silence in the header", "u64 0x0003e889045565a9 u32 " opt, 0,      \
    NULL, "CONNECTING" }
/* clang-format on */

static const struct handshake_fault go_rows[] = { ROWS ("7", "6") };
static const struct handshake_fault info_rows[] = { ROWS ("6", "7") };
static const struct handshake_fault list_rows[] = { ROWS ("3", "9") };
static const struct handshake_fault structured_rows[] = { ROWS ("8", "11") };
static const struct handshake_fault extended_rows[] = { ROWS ("11", "8") };
static const struct handshake_fault list_meta_rows[] = { ROWS ("9", "10") };
static const struct handshake_fault set_meta_rows[] = { ROWS ("10", "9") };

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

static int
list_exports (struct nbd_handle *h)
{
  return nbd_aio_opt_list (h, list (&handshake_middle),
                           completion (&handshake_done));
}

static int
structured (struct nbd_handle *h)
{
  return nbd_aio_opt_structured_reply (h, completion (&handshake_done));
}

static int
extended (struct nbd_handle *h)
{
  return nbd_aio_opt_extended_headers (h, completion (&handshake_done));
}

static int
list_meta (struct nbd_handle *h)
{
  return nbd_aio_opt_list_meta_context (h, context (&handshake_middle),
                                        completion (&handshake_done));
}

static int
set_meta (struct nbd_handle *h)
{
  char *queries[] = { (char *) "base:allocation", NULL };

  return nbd_aio_opt_set_meta_context_queries (h, queries,
                                               context (&handshake_middle),
                                               completion (&handshake_done));
}

void
test (void)
{
#define RUN(stage_option, rows)                                           \
  run_handshake_faults (                                                  \
    &(struct handshake_stage) {                                           \
      .prepare = prepare, .greeting = GREETING, .option = stage_option }, \
    rows, NR (rows))
  RUN (NULL, go_rows);
  RUN (go, go_rows);
  RUN (info, info_rows);
  RUN (list_exports, list_rows);
  RUN (structured, structured_rows);
  RUN (extended, extended_rows);
  RUN (list_meta, list_meta_rows);
  RUN (set_meta, set_meta_rows);
  check_rows_end ();
}
