/* SPDX-License-Identifier: MIT */

/* A blocking write that does not fit in the socket continues as soon as the
 * socket can take more, although the thread that drives the handle waits for
 * a reply that does not come. */

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
  server_need (&s, 28 + LARGE_WRITE);
  CHECK_INT (server_request (&s, NULL), 2);
  server_say (&s, "simple 0 2");
  blocking_join (&writer);
  CHECK_INT (writer.result, 0);
  server_say (&s, "simple 0 1 \"data\"");
  blocking_join (&reader);
  CHECK_INT (reader.result, 0);
  nbd_close (h);
  server_close (&s);
}
