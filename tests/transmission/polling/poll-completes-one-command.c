/* SPDX-License-Identifier: MIT */

/* Each call of nbd_poll and nbd_poll2 completes one command and returns 1,
 * however many replies have arrived.  They return 0 when nothing is left. */

#include "check.h"
#include "client.h"
#include "server.h"

#define N 10

static void
run (int (*drive) (struct nbd_handle *h))
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, STRUCTURED);
  struct calls calls[N] = { 0 };
  char bufs[N][4];

  for (int i = 0; i < N; i++)
    CHECK_OK (nbd_aio_pread (h, bufs[i], 4, 0, completion (&calls[i]), 0));
  pump (h);
  for (int i = 1; i <= N; i++)
    server_say (&s,
                "chunk 0 OFFSET_DATA %d u64 0 \"ab\"\n"
                "chunk DONE OFFSET_DATA %d u64 2 \"cd\"",
                i, i);

  for (int done = 1; done <= N; done++) {
    CHECK_INT (drive (h), 1);
    for (int i = 0; i < N; i++)
      CHECK_INT (calls[i].called, i < done);
    CHECK_BYTES (bufs[done - 1], 4, "abcd", 4);
    CHECK_INT (nbd_aio_in_flight (h), N - done);
  }
  CHECK_INT (drive (h), 0);
  nbd_close (h);
  server_close (&s);
}

static int
by_poll (struct nbd_handle *h)
{
  return nbd_poll (h, 0);
}

static int
by_poll2 (struct nbd_handle *h)
{
  return nbd_poll2 (h, -1, 0);
}

void
test (void)
{
  check_case ("poll");
  run (by_poll);
  check_case ("poll2");
  run (by_poll2);
}
