/* SPDX-License-Identifier: MIT */

/* nbd_shutdown sends the commands that are held back, then the disconnect
 * request, and serves replies until the server closes. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"

#define N 64

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct blocking shutdown = { .h = h, .call = blocking_shutdown };
  struct calls calls[N] = { 0 };
  char buf[4];

  for (int i = 0; i < N; i++)
    CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&calls[i]), 0));
  s.waits = true;
  blocking_start (&shutdown);
  server_need (&s, (N + 1) * 28);
  bytes_drop (&s.in, N * 28);
  server_expect (&s, "request 0 DISC %d 0 0", N + 1);
  for (int i = 1; i < N; i++) /* all but the last */
    server_say (&s, "simple 0 %d \"data\"", i);
  server_close (&s);
  blocking_join (&shutdown);
  CHECK_INT (shutdown.result, 0);
  CHECK_STATE (h, "CLOSED");
  for (int i = 0; i < N; i++) {
    CHECK_INT (calls[i].called, 1);
    CHECK_INT (calls[i].error, i < N - 1 ? 0 : ENOTCONN);
  }
  nbd_close (h);
}
