/* SPDX-License-Identifier: MIT */

/* Thousands of commands can be in flight and be answered in any order. */

#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "server.h"

#define N 4096

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct calls *calls = calloc (N, sizeof *calls);
  char (*bufs)[8] = calloc (N, 8);
  char want[8];

  for (int i = 0; i < N; i++) {
    calls[i].gives = 1;
    CHECK_OK (nbd_aio_pread (h, bufs[i], 8, 8 * i, completion (&calls[i]),
                             0));
  }
  pump (h);
  CHECK_INT (nbd_aio_in_flight (h), N);
  s.drives = h;
  server_need (&s, N * 28);
  for (int i = 0; i < N; i++) {
    int cookie = i * 1237 % N + 1; /* 1237 and N have no common factor */

    server_say (&s, "simple 0 %d pattern %d 8", cookie, 8 * (cookie - 1));
  }
  pump (h);
  CHECK_INT (nbd_aio_in_flight (h), 0);
  for (int i = 0; i < N; i++) {
    pattern_fill (want, 8 * i, 8);
    CHECK_CALLS (&calls[i], 1);
    CHECK_BYTES (bufs[i], 8, want, 8);
  }
  nbd_close (h);
  server_close (&s);
  free (calls);
  free (bufs);
}
