/* SPDX-License-Identifier: MIT */

/* Without the checks of nbd_set_strict_mode a program may ask for block status
 * although no context was negotiated.  If the server replies with extents
 * nevertheless, the command fails, whatever the size of the export is.  With
 * such a reply a server could crash programs that used libnbd (July 2023,
 * without a CVE number). */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

#define NARROW "BLOCK_STATUS 1 u32 1 u32 4K u32 0"
#define WIDE "BLOCK_STATUS_EXT 1 0 u32 1 u32 1 u64 4K u64 0"

static const struct {
  const char *name;
  enum style style;
  uint64_t size;
  const char *sent;
  int errnum;
} rows[] = {
  { "a simple success", SIMPLE, 1 << 20, "simple 0 1", EPROTO },
  { "a simple error", SIMPLE, 1 << 20, "simple EINVAL 1", EINVAL },
  { "extents, structured", STRUCTURED, 1 << 20, "chunk DONE " NARROW,
    EPROTO },
  { "extents, extended", EXTENDED, 1 << 20, "xchunk DONE " WIDE, EPROTO },
  { "success, extended", EXTENDED, 1 << 20, "xchunk DONE NONE 1 0", EPROTO },
  { "an export without bytes", STRUCTURED, 0, "chunk DONE " NARROW, EPROTO },
  { "an export beyond 63 bits, structured", STRUCTURED, UINT64_MAX,
    "chunk DONE " NARROW, EPROTO },
  { "an export beyond 63 bits, extended", EXTENDED, UINT64_MAX,
    "xchunk DONE " WIDE, EPROTO },
};

static void
run (size_t i)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct calls middle = { 0 }, done = { 0 };

  CHECK_OK (nbd_set_strict_mode (h, 0));
  server_connect (&s, h, rows[i].style, rows[i].size, FLAGS_ALL);
  CHECK_OK (nbd_aio_block_status (h, 4096, 0, extent (&middle),
                                  completion (&done), 0));
  server_say (&s, "%s", rows[i].sent);
  pump (h);
  CHECK_STATE (h, "READY");
  CHECK_INT (done.called, 1);
  CHECK_INT (done.error, rows[i].errnum);
  CHECK_INT (middle.called, 0);
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
