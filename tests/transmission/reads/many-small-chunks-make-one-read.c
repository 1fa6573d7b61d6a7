/* SPDX-License-Identifier: MIT */

/* 4096 shuffled chunks of one byte each make one complete read. */

#include "check.h"
#include "client.h"
#include "notation.h"
#include "server.h"

#define N 4096

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, STRUCTURED);
  struct calls middle = { 0 }, done = { 0 };
  char buf[N], want[N];

  pattern_fill (want, N, N);
  CHECK_OK (nbd_aio_pread_structured (h, buf, N, N, chunk (&middle),
                                      completion (&done), 0));
  s.drives = h;
  for (int i = 0; i < N; i++) {
    int at = N + i * 1237 % N; /* 1237 and N have no common factor */

    server_say (&s, "chunk %d OFFSET_DATA 1 u64 %d pattern %d 1", i == N - 1,
                at, at);
  }
  pump (h);
  CHECK_INT (middle.called, N);
  CHECK_INT (done.error, 0);
  CHECK_INT (nbd_aio_command_completed (h, 1), 1);
  CHECK_BYTES (buf, N, want, N);
  nbd_close (h);
  server_close (&s);
}
