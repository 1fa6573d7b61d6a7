/* SPDX-License-Identifier: MIT */

/* A write that does not fit into the socket goes on as soon as there is
 * room, although the thread that drives waits for a reply that does not
 * come.
 */

#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"

#define SIZE (1 << 20)

static char *payload;

static int
write_all (struct blocking *b)
{
  return nbd_pwrite (b->h, payload, SIZE, 0, 0);
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct blocking reader = { .h = h, .call = blocking_pread };
  struct blocking writer = { .h = h, .call = write_all };

  payload = calloc (1, SIZE);
  s.waits = true;
  blocking_start (&reader);
  server_expect (&s, "request 0 READ 1 0 4");
  blocking_start (&writer);
  server_need (&s, 28 + SIZE);
  CHECK_INT (server_request (&s, NULL), 2);
  server_say (&s, "simple 0 2");
  blocking_join (&writer);
  CHECK_INT (writer.result, 0);
  server_say (&s, "simple 0 1 \"data\"");
  blocking_join (&reader);
  CHECK_INT (reader.result, 0);
  nbd_close (h);
  server_close (&s);
  free (payload);
}
