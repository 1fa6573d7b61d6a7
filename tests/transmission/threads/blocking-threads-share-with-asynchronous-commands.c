/* SPDX-License-Identifier: MIT */

/* While threads are in blocking calls, asynchronous commands of another
 * thread also complete, whichever thread drives the handle. */

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"

#define THREADS 4
#define COMMANDS 10

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct blocking threads[THREADS] = { 0 };
  struct calls calls[COMMANDS] = { 0 };
  uint64_t blocked[THREADS];
  char buf[4];

  s.waits = true;
  for (int i = 0; i < THREADS; i++) {
    threads[i] = (struct blocking) { .h = h, .call = blocking_flush };
    blocking_start (&threads[i]);
    blocked[i] = server_request (&s, NULL);
  }
  for (int i = 0; i < COMMANDS; i++)
    CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&calls[i]), 0));

  /* They were sent although nobody wakes the driver, and are answered
   * first. */
  for (int i = 0; i < COMMANDS; i++)
    server_say (&s, "simple 0 %d \"data\"", (int) server_request (&s, NULL));
  for (int i = 0; i < THREADS; i++)
    server_say (&s, "simple 0 %d", (int) blocked[i]);
  for (int i = 0; i < THREADS; i++) {
    blocking_join (&threads[i]);
    CHECK_INT (threads[i].result, 0);
  }
  pump (h);
  for (int i = 0; i < COMMANDS; i++)
    CHECK_INT (calls[i].called, 1);
  nbd_close (h);
  for (int i = 0; i < COMMANDS; i++)
    CHECK_CALLS (&calls[i], 1);
  server_close (&s);
}
