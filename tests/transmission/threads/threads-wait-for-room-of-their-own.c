/* SPDX-License-Identifier: MIT */

/* Blocking writes that do not fit into the socket wait for room in their
 * own thread; all arrive whole although the server reads late.
 */

#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"

#define THREADS 4
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
  struct blocking threads[THREADS] = { 0 };

  payload = malloc (SIZE);
  pattern_fill (payload, 0, SIZE);
  s.waits = true;
  for (int i = 0; i < THREADS; ++i) {
    threads[i] = (struct blocking) { .h = h, .call = write_all };
    blocking_start (&threads[i]);
  }
  for (int i = 0; i < THREADS; ++i) {
    server_need (&s, 28 + SIZE);
    CHECK_BYTES (s.in.p + 28, SIZE, payload, SIZE);
    server_say (&s, "simple 0 %d", (int) server_request (&s, NULL));
  }
  for (int i = 0; i < THREADS; ++i) {
    blocking_join (&threads[i]);
    CHECK_INT (threads[i].result, 0);
  }
  nbd_close (h);
  server_close (&s);
  free (payload);
}
