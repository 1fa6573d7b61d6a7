/* SPDX-License-Identifier: MIT */

/* Block status fails if the reply leaves out one of the contexts that were
 * asked for.  Extents of a context that the filter leaves out do not count. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

#define ONE "BLOCK_STATUS_EXT 1 0 u32 1 u32 1 u64 4K u64 0"
#define TWO "BLOCK_STATUS_EXT 1 0 u32 2 u32 1 u64 4K u64 0"

static const struct {
  const char *name;
  enum style style;
  const char *filter, *sent;
  int errnum, called;
} rows[] = {
  { "one of two, structured", STRUCTURED, NULL,
    "chunk 0 BLOCK_STATUS 1 u32 2 u32 4K u32 0\nchunk DONE NONE 1", EPROTO,
    1 },
  { "one of two, extended", EXTENDED, NULL,
    "xchunk 0 " TWO "\nxchunk DONE NONE 1 0", EPROTO, 1 },
  { "both, extended", EXTENDED, NULL, "xchunk 0 " TWO "\nxchunk DONE " ONE, 0,
    2 },
  { "the one of the filter", EXTENDED, "x-test:two", "xchunk DONE " TWO, 0,
    1 },
  { "the one left out of the filter", EXTENDED, "x-test:two",
    "xchunk DONE " ONE, EPROTO, 0 },
  { "the one left out of the filter as well", EXTENDED, "x-test:two",
    "xchunk 0 " ONE "\nxchunk DONE " TWO, 0, 1 },
};

static void
run (size_t i)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct calls middle = { 0 }, done = { 0 };
  char *filter[] = { (char *) rows[i].filter, NULL };

  CHECK_OK (nbd_add_meta_context (h, "x-test:one"));
  CHECK_OK (nbd_add_meta_context (h, "x-test:two"));
  server_connect (&s, h, rows[i].style, 1 << 20, FLAGS_ALL);
  if (rows[i].filter)
    CHECK_OK (nbd_aio_block_status_filter (
      h, 4096, 0, filter, extent64 (&middle), completion (&done), 0));
  else
    CHECK_OK (nbd_aio_block_status_64 (h, 4096, 0, extent64 (&middle),
                                       completion (&done), 0));
  server_say (&s, "%s", rows[i].sent);
  pump (h);
  CHECK_STATE (h, "READY");
  CHECK_INT (done.called, 1);
  CHECK_INT (done.error, rows[i].errnum);
  CHECK_INT (middle.called, rows[i].called);
  nbd_close (h);
  CHECK_CALLS (&done, 1);
  CHECK_INT (middle.freed, 1);
  server_close (&s);
}

void
test (void)
{
  RUN_ROWS (rows, run);
}
