/* SPDX-License-Identifier: MIT */

/* A spurious read event is harmless, between messages and in a message. */

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, STRUCTURED);
  struct calls calls = { 0 };
  char buf[8];

  CHECK_INT (nbd_aio_notify_read (h), 0);
  CHECK_STATE (h, "READY");
  CHECK_OK (nbd_aio_pread (h, buf, 8, 0, completion (&calls), 0));
  CHECK_INT (nbd_aio_notify_read (h), 0);
  CHECK_STATE (h, "READY");
  server_say (&s, "chunk_head DONE OFFSET_DATA 1 16 u64 0 \"half\"");
  CHECK_INT (nbd_aio_notify_read (h), 0);
  CHECK_INT (nbd_aio_notify_read (h), 0);
  CHECK_STATE (h, "PROCESSING");
  server_say (&s, "\"done\"");
  CHECK_INT (nbd_aio_notify_read (h), 0);
  CHECK_INT (calls.called, 1);
  CHECK_BYTES (buf, 8, "halfdone", 8);
  nbd_close (h);
  server_close (&s);
}
