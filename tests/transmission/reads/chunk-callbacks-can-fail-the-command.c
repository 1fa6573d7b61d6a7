/* SPDX-License-Identifier: MIT */

/* A chunk or extent callback that returns -1 fails the command with *error,
 * or EPROTO if that is 0, unless the command has failed before.  Later parts
 * of the reply still reach the callback. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

static struct server s;
static struct nbd_handle *h;

static void
read_twice (struct calls *middle, const char *first, int errnum)
{
  struct calls done = { 0 };
  char buf[4];
  int64_t cookie = CHECK_OK (nbd_aio_pread_structured (
    h, buf, 4, 0, chunk (middle), completion (&done), 0));

  server_say (&s, first, (int) cookie);
  server_say (&s, "chunk DONE OFFSET_DATA %d u64 2 \"cd\"", (int) cookie);
  pump (h);
  CHECK_INT (middle->called, 2);
  CHECK_INT (done.error, errnum);
  if (errnum)
    CHECK_FAILS (nbd_aio_command_completed (h, cookie), errnum,
                 "read: command failed");
  else
    CHECK_INT (nbd_aio_command_completed (h, cookie), 1);
  CHECK_CALLS (middle, 2);
  CHECK_CALLS (&done, 1);
}

void
test (void)
{
  static const char good[] = "chunk 0 OFFSET_DATA %d u64 0 \"ab\"";
  static const char bad[] = "chunk 0 ERROR %1$d u32 EIO text \"\"\n"
                            "chunk 0 OFFSET_DATA %1$d u64 0 \"ab\"";
  struct calls middle = { .gives = -1, .sets_error = ENOSPC };

  h = nbd_create ();
  CHECK_OK (nbd_add_meta_context (h, "base:allocation"));
  server_connect (&s, h, STRUCTURED, 1 << 20, FLAGS_ALL);

  check_case ("-1 with an error");
  read_twice (&middle, good, ENOSPC);
  check_case ("-1 without an error");
  middle = (struct calls) { .gives = -1 };
  read_twice (&middle, good, EPROTO);
  check_case ("an error without -1");
  middle = (struct calls) { .gives = 0, .sets_error = ENOSPC };
  read_twice (&middle, good, 0);
  check_case ("the server's error came first");
  middle = (struct calls) { .gives = -1, .sets_error = ENOSPC };
  read_twice (&middle, bad, EIO);

  check_case ("extents");
  middle = (struct calls) { .gives = -1, .sets_error = ENOSPC };
  int64_t cookie = CHECK_OK (nbd_aio_block_status (
    h, 512, 0, extent (&middle), NBD_NULL_COMPLETION, 0));
  server_say (&s, "chunk DONE BLOCK_STATUS %d u32 1 u32 512 u32 0",
              (int) cookie);
  pump (h);
  CHECK_FAILS (nbd_aio_command_completed (h, cookie), ENOSPC,
               "block-status: command failed");
  CHECK_CALLS (&middle, 1);
  nbd_close (h);
  server_close (&s);
}
