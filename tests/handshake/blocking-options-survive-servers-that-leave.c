/* SPDX-License-Identifier: MIT */

/* CVE-2021-20286: in option mode the server closes the connection before it is
 * asked, or in the middle of its reply.  The blocking call fails and the
 * handle is dead or closed.  Neither this call nor the next one ends the
 * program with an assertion. */

#include "check.h"
#include "client.h"
#include "server.h"

static struct calls calls;

static int
list_exports (struct nbd_handle *h)
{
  return nbd_opt_list (h, list (&calls));
}

static int
list_contexts (struct nbd_handle *h)
{
  return nbd_opt_list_meta_context (h, context (&calls));
}

static int
set_contexts (struct nbd_handle *h)
{
  return nbd_opt_set_meta_context (h, context (&calls));
}

/* For each option the first half of its reply. */
static const struct {
  const char *name;
  int (*call) (struct nbd_handle *h);
  const char *half;
} rows[] = {
  { "go", nbd_opt_go, "reply GO INFO u16 0 u64 1M u16 1" },
  { "info", nbd_opt_info, "reply INFO INFO u16 0 u64 1M u16 1" },
  { "list", list_exports, "reply LIST SERVER string \"a\"" },
  { "list contexts", list_contexts,
    "reply LIST_META_CONTEXT META_CONTEXT u32 0 \"x:y\"" },
  { "set contexts", set_contexts,
    "reply SET_META_CONTEXT META_CONTEXT u32 1 \"x:y\"" },
  { "structured replies", nbd_opt_structured_reply,
    "u64 0x0003e889045565a9 u32 8" },
  { "extended headers", nbd_opt_extended_headers,
    "u64 0x0003e889045565a9 u32 11" },
  { "abort", nbd_opt_abort, "" },
};

/* The server sends half of its reply, or nothing, and closes.  Both have
 * happened when the program makes the call. */
static void
leave (size_t i, const char *said)
{
  struct server s;
  struct nbd_handle *h = server_negotiates (&s);

  check_case ("%s, %s", rows[i].name, *said ? "in the answer" : "before it");
  server_expect (&s, "u32 3");
  if (*said)
    server_say (&s, "%s", said);
  server_close (&s);
  int r = rows[i].call (h);
  if (rows[i].call != nbd_opt_abort)
    CHECK_INT (r, -1);
  CHECK (nbd_aio_is_dead (h) || nbd_aio_is_closed (h));
  CHECK_INT (nbd_opt_go (h), -1);
  CHECK_INT (nbd_opt_abort (h), -1);
  nbd_close (h);
}

static void
run (size_t i)
{
  leave (i, "");
  leave (i, rows[i].half);
}

void
test (void)
{
  RUN_ROWS (rows, run);
}
