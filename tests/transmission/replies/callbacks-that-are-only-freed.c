/* SPDX-License-Identifier: MIT */

/* A closure with a free function but no callback is accepted: nothing is
 * called, and the closure is freed when the command ends. */

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, STRUCTURED);
  struct calls middle = { 0 }, done = { 0 };
  nbd_chunk_callback only_free = chunk (&middle);
  nbd_completion_callback done_free = completion (&done);
  char buf[4];

  only_free.callback = NULL;
  done_free.callback = NULL;
  CHECK_OK (nbd_aio_pread_structured (h, buf, 4, 0, only_free, done_free, 0));
  server_say (&s, "chunk DONE OFFSET_DATA 1 u64 0 \"data\"");
  pump (h);
  CHECK_BYTES (buf, 4, "data", 4);
  CHECK_INT (nbd_aio_command_completed (h, 1), 1);
  CHECK_CALLS (&middle, 0);
  CHECK_CALLS (&done, 0);
  nbd_close (h);
  server_close (&s);
}
