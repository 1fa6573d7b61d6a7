/* SPDX-License-Identifier: MIT */

/* When the connection ends, each blocking call fails, with an error under its
 * own name. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"

#define THREADS 8

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct blocking threads[THREADS] = { 0 };

  s.waits = true;
  for (int i = 0; i < THREADS; i++) {
    threads[i] = (struct blocking) {
      .h = h, .call = i % 2 ? blocking_flush : blocking_pread, .number = i
    };
    blocking_start (&threads[i]);
    server_request (&s, NULL);
  }
  server_close (&s);
  for (int i = 0; i < THREADS; i++) {
    blocking_join (&threads[i]);
    CHECK_INT (threads[i].result, -1);
    CHECK_INT (threads[i].errnum, ENOTCONN);
    CHECK_CONTAINS (threads[i].error, i % 2 ? "nbd_flush: " : "nbd_pread: ");
  }
  CHECK_STATE (h, "CLOSED");
  nbd_close (h);
}
