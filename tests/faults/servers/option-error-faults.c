/* SPDX-License-Identifier: MIT */

/* Errors that a server can send for any option.  The option fails with the
 * error's errno, the message has the server's text with every byte printable,
 * and the handle stays in negotiation. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"

static const struct {
  const char *name;
  const char *sent;
  int errnum;
  const char *text;
} rows[] = {
  { "not supported", "ERR_UNSUP", ENOTSUP, NULL },
  { "policy", "ERR_POLICY \"not today\"", 0, "not today" },
  { "invalid", "ERR_INVALID", EINVAL, NULL },
  { "platform", "ERR_PLATFORM", 0, NULL },
  { "needs TLS", "ERR_TLS_REQD", ENOTSUP, "TLS" },
  { "unknown export", "ERR_UNKNOWN \"not here\"", ENOENT, "not here" },
  { "shutting down", "ERR_SHUTDOWN", ESHUTDOWN, NULL },
  { "block sizes", "ERR_BLOCK_SIZE_REQD", EINVAL, NULL },
  { "too big", "ERR_TOO_BIG", EINVAL, NULL },
  { "an unknown error", "0x800000ff \"oops!\"", 0, "oops!" },
  { "the longest text", "ERR_POLICY fill 65 4096", 0, "AAAA" },
  { "a text to fear", "ERR_POLICY \"a\\x1b[2J\\0\\xff\\nb\"", 0,
    "a\\x1b[2J\\x00\\xff\\x0ab" },
};

static int
call_info (struct blocking *b)
{
  return nbd_opt_info (b->h);
}

static void
run (size_t i)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct blocking info = { .h = h, .call = call_info };

  CHECK_OK (nbd_set_opt_mode (h, true));
  CHECK_OK (nbd_set_request_block_size (h, false));
  set_style (h, SIMPLE);
  server_open (&s, h);
  server_say (&s, "NBDMAGIC IHAVEOPT u16 3");
  pump (h);
  server_expect (&s, "u32 3");
  s.waits = true;
  blocking_start (&info);
  server_expect (&s, "option INFO string \"\" u16 0");
  server_say (&s, "reply INFO %s", rows[i].sent);
  blocking_join (&info);
  CHECK_INT (info.result, -1);
  CHECK_INT (info.errnum, rows[i].errnum);
  CHECK_CONTAINS (info.error, "nbd_opt_info: ");
  if (rows[i].text)
    CHECK_CONTAINS (info.error, rows[i].text);
  CHECK_STATE (h, "NEGOTIATING");
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  RUN_ROWS (rows, run);
}
