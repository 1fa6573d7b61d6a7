/* SPDX-License-Identifier: MIT */

/* Each blocking write that does not fit in the socket waits in its own thread
 * until the socket can take more.  All writes arrive completely although the
 * server reads late. */

#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"

#define THREADS 4

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct blocking threads[THREADS] = { 0 };
  char *payload;

  payload = malloc (LARGE_WRITE);
  pattern_fill (payload, 0, LARGE_WRITE);
  s.waits = true;
  for (int i = 0; i < THREADS; i++) {
    threads[i] = (struct blocking) { .h = h, .call = blocking_write };
    blocking_start (&threads[i]);
  }
  for (int i = 0; i < THREADS; i++) {
    server_need (&s, 28 + LARGE_WRITE);
    CHECK_BYTES (s.in.p + 28, LARGE_WRITE, payload, LARGE_WRITE);
    server_say (&s, "simple 0 %d", (int) server_request (&s, NULL));
  }
  for (int i = 0; i < THREADS; i++) {
    blocking_join (&threads[i]);
    CHECK_INT (threads[i].result, 0);
  }
  nbd_close (h);
  server_close (&s);
  free (payload);
}
