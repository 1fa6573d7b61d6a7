/* SPDX-License-Identifier: MIT */

/* One thread waits until the socket can take its write, another one waits for
 * a reply.  When the writer is cancelled, the other thread continues.  The
 * write is sent completely by the next thread that drives the handle. */

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct blocking reader = { .h = h }, writer = { .h = h };

  start_reader_and_writer (&s, &reader, &writer);
  blocking_cancel (&writer);
  server_say (&s, "simple 0 1 \"data\"");
  blocking_join (&reader);
  CHECK_INT (reader.result, 0);
  s.waits = false;
  s.drives = h;
  server_expect (&s, "request 0 WRITE 2 0 %d pattern 0 %d", LARGE_WRITE,
                 LARGE_WRITE);
  server_say (&s, "simple 0 2");
  pump (h);
  CHECK_INT (nbd_aio_in_flight (h), 0);
  CHECK_STATE (h, "READY");
  nbd_close (h);
  server_close (&s);
}
