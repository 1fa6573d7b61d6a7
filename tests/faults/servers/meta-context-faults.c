/* SPDX-License-Identifier: MIT */

/* What can be wrong with the replies to the metadata context options. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "fault.h"

/* clang-format off */
#define ROWS(opt)                                                       \
  { "no id", "reply " opt " META_CONTEXT", EPROTO, "length", "DEAD" },  \
  { "an id of three bytes", "reply " opt " META_CONTEXT \"abc\"",       \
    EPROTO, "length", "DEAD" },                                         \
  { "a name with a NUL",                                                \
    "reply " opt " META_CONTEXT u32 1 \"base:a\\0b\"", EPROTO, "NUL",    \
    "DEAD" },                                                           \
  { "a name of 4097 bytes",                                             \
    "reply " opt " META_CONTEXT u32 1 fill 65 4097", EPROTO, "length",  \
    "DEAD" },                                                           \
  { "no name", "reply " opt " META_CONTEXT u32 1", EPROTO, "length",    \
    "DEAD" },                                                           \
  { "a name without colon",                                             \
    "reply " opt " META_CONTEXT u32 1 \"base\"\n"                       \
    "reply " opt " ACK", 0, NULL, "NEGOTIATING" },                      \
  { "a name that is no UTF-8",                                          \
    "reply " opt " META_CONTEXT u32 1 \"x:\\xff\"\n"                    \
    "reply " opt " ACK", 0, NULL, "NEGOTIATING" },                      \
  { "a huge reply", "reply_head " opt " META_CONTEXT 0x7fffffff",       \
    EPROTO, "length", "DEAD" },                                         \
  { "an export entry", "reply " opt " SERVER string \"a\"", EPROTO,     \
    "type", "DEAD" },                                                   \
  { "refused after a context",                                          \
    "reply " opt " META_CONTEXT u32 1 \"base:allocation\"\n"            \
    "reply " opt " ERR_TOO_BIG", ENOTSUP, NULL, "NEGOTIATING" },        \
  { "nothing", "reply " opt " ACK", 0, NULL, "NEGOTIATING" },           \
  { "a context nobody asked for",                                       \
    "reply " opt " META_CONTEXT u32 1 \"x-other:one\"\n"                \
    "reply " opt " ACK", 0, NULL, "NEGOTIATING" },                      \
  { "closed after a context",                                           \
    "reply " opt " META_CONTEXT u32 1 \"base:allocation\"", 0,          \
    "closed", "DEAD on close" }
/* clang-format on */

static const struct handshake_fault set_rows[] = {
  ROWS ("SET_META_CONTEXT"),
  { "the same id twice",
    "reply SET_META_CONTEXT META_CONTEXT u32 1 \"base:allocation\"\n"
    "reply SET_META_CONTEXT META_CONTEXT u32 1 \"x-test:two\"",
    EPROTO, "twice", "DEAD" },
};
static const struct handshake_fault list_rows[] = {
  ROWS ("LIST_META_CONTEXT"),
  { "the same id twice",
    "reply LIST_META_CONTEXT META_CONTEXT u32 0 \"base:allocation\"\n"
    "reply LIST_META_CONTEXT META_CONTEXT u32 0 \"x-test:two\"\n"
    "reply LIST_META_CONTEXT ACK",
    0, NULL, "NEGOTIATING" },
};

static char *queries[] = { (char *) "base:allocation", (char *) "x-test:two",
                           NULL };

static void
prepare (struct nbd_handle *h)
{
  set_style (h, SIMPLE);
}

static int
set (struct nbd_handle *h)
{
  return nbd_aio_opt_set_meta_context_queries (h, queries,
                                               context (&handshake_middle),
                                               completion (&handshake_done));
}

static int
list_all (struct nbd_handle *h)
{
  return nbd_aio_opt_list_meta_context_queries (h, queries,
                                                context (&handshake_middle),
                                                completion (&handshake_done));
}

void
test (void)
{
  struct handshake_stage stage = {
    .prepare = prepare,
    .greeting = "NBDMAGIC IHAVEOPT u16 3",
    .option = set,
  };

  run_handshake_faults (&stage, set_rows, NR (set_rows));
  stage.option = list_all;
  run_handshake_faults (&stage, list_rows, NR (list_rows));
  check_rows_end ();
}
