/* SPDX-License-Identifier: MIT */

/* Eight threads in nbd_pread on one handle have eight requests in flight: the
 * server answers none before it has received all of them. */

#include "check.h"
#include "client.h"
#include "notation.h"
#include "server.h"
#include "thread.h"

#define THREADS 8
#define ROUNDS 50

static void
serve_round (struct server *s)
{
  uint64_t cookies[THREADS], offsets[THREADS];

  for (int i = 0; i < THREADS; i++) {
    server_need (s, 28);
    offsets[i] = get_uint (s->in.p + 16, 8);
    cookies[i] = server_request (s, NULL);
  }
  for (int i = THREADS - 1; i >= 0; --i)
    server_say (s, "simple 0 %d pattern %d 4", (int) cookies[i],
                (int) offsets[i]);
}

static int
read_often (struct blocking *b)
{
  char want[4];

  pattern_fill (want, 4 * b->number, 4);
  for (int i = 0; i < ROUNDS; i++) {
    CHECK_OK (blocking_pread (b));
    CHECK_BYTES (b->buf, 4, want, 4);
  }
  return 0;
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct blocking threads[THREADS] = { 0 };

  s.waits = true;
  for (int i = 0; i < THREADS; i++) {
    threads[i] =
      (struct blocking) { .h = h, .call = read_often, .number = i };
    blocking_start (&threads[i]);
  }
  for (int i = 0; i < ROUNDS; i++)
    serve_round (&s);
  for (int i = 0; i < THREADS; i++) {
    blocking_join (&threads[i]);
    CHECK_INT (threads[i].result, 0);
  }
  CHECK_INT (nbd_aio_in_flight (h), 0);
  nbd_close (h);
  server_close (&s);
}
