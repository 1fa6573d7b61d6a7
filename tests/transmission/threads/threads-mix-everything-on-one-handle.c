/* SPDX-License-Identifier: MIT */

/* Many threads make blocking reads, structured reads, asynchronous reads with
 * nbd_poll, and queries.  Each gets its own data, and none sleeps forever. */

#include <stdatomic.h>

#include "check.h"
#include "client.h"
#include "notation.h"
#include "server.h"
#include "thread.h"

#define THREADS 8
#define ROUNDS 100

static atomic_int finished;

static void
check_data (struct blocking *b)
{
  char want[4];

  pattern_fill (want, 4 * b->number, 4);
  CHECK_BYTES (b->buf, 4, want, 4);
}

static int
block (struct blocking *b)
{
  for (int i = 0; i < ROUNDS; i++) {
    CHECK_OK (blocking_pread (b));
    check_data (b);
  }
  finished++;
  return 0;
}

static int
keep_chunk (void *opaque, const void *subbuf, size_t count, uint64_t offset,
            unsigned status, int *error)
{
  (void) opaque;
  (void) subbuf;
  (void) count;
  (void) offset;
  (void) status;
  (void) error;
  return 0;
}

static int
block_structured (struct blocking *b)
{
  for (int i = 0; i < ROUNDS; i++) {
    CHECK_OK (nbd_pread_structured (
      b->h, b->buf, 4, 4 * b->number,
      (nbd_chunk_callback) { .callback = keep_chunk }, 0));
    check_data (b);
  }
  finished++;
  return 0;
}

static int
issue_and_poll (struct blocking *b)
{
  for (int i = 0; i < ROUNDS; i++) {
    int64_t cookie = CHECK_OK (nbd_aio_pread (b->h, b->buf, 4, 4 * b->number,
                                              NBD_NULL_COMPLETION, 0));
    int done;

    while ((done = CHECK_OK (nbd_aio_command_completed (b->h, cookie))) == 0)
      CHECK_OK (nbd_poll (b->h, 1));
    check_data (b);
  }
  finished++;
  return 0;
}

static int
query (struct blocking *b)
{
  while (finished < THREADS - 1) {
    CHECK_INT (nbd_aio_get_direction (b->h) & LIBNBD_AIO_DIRECTION_READ,
               LIBNBD_AIO_DIRECTION_READ);
    /* The handle may change from READY to PROCESSING, or back, between two
     * questions, so they are not asked for. */
    CHECK (!nbd_aio_is_dead (b->h) && !nbd_aio_is_closed (b->h));
    CHECK (!nbd_aio_is_connecting (b->h) && !nbd_aio_is_negotiating (b->h));
    CHECK (nbd_aio_in_flight (b->h) >= 0);
    CHECK_OK (nbd_poll (b->h, 1));
  }
  return 0;
}

void
test (void)
{
  static int (*const calls[]) (struct blocking * b) = { block,
                                                        block_structured,
                                                        issue_and_poll };
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct blocking threads[THREADS] = { 0 };

  s.waits = true;
  for (int i = 0; i < THREADS; i++) {
    threads[i] = (struct blocking) {
      .h = h, .call = i == THREADS - 1 ? query : calls[i % 3], .number = i
    };
    blocking_start (&threads[i]);
  }
  for (int i = 0; i < (THREADS - 1) * ROUNDS; i++) {
    server_need (&s, 28);
    int offset = get_uint (s.in.p + 16, 8);

    server_say (&s, "simple 0 %d pattern %d 4",
                (int) server_request (&s, NULL), offset);
  }
  for (int i = 0; i < THREADS; i++) {
    blocking_join (&threads[i]);
    CHECK_INT (threads[i].result, 0);
  }
  CHECK_INT (nbd_aio_in_flight (h), 0);
  nbd_close (h);
  server_close (&s);
}
