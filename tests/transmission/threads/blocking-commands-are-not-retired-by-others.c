/* SPDX-License-Identifier: MIT */

/* A thread that polls, and retires the commands that peek shows, sees only
 * asynchronous commands.  Commands of blocking calls belong to their
 * callers. */

#include <stdatomic.h>

#include "check.h"
#include "client.h"
#include "notation.h"
#include "server.h"
#include "thread.h"

#define THREADS 3
#define ROUNDS 300

static atomic_int finished;

static int
block (struct blocking *b)
{
  char want[4];

  pattern_fill (want, 4 * b->number, 4);
  for (int i = 0; i < ROUNDS; i++) {
    CHECK_OK (blocking_pread (b));
    CHECK_BYTES (b->buf, 4, want, 4);
  }
  finished++;
  return 0;
}

/* Issue flushes one after another, and find each with peek. */
static int
collect (struct blocking *b)
{
  while (finished < THREADS) {
    int64_t mine = nbd_aio_flush (b->h, NBD_NULL_COMPLETION, 0);
    int64_t cookie = 0;

    if (mine == -1) /* the test has disconnected */
      break;

    while (cookie != mine) {
      CHECK_OK (nbd_poll (b->h, 1));
      while ((cookie = nbd_aio_peek_command_completed (b->h)) > 0) {
        if (cookie != mine)
          FAIL ("peek shows command %d of a blocking call", (int) cookie);
        CHECK_INT (nbd_aio_command_completed (b->h, cookie), 1);
        break;
      }
    }
  }
  return 0;
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct blocking threads[THREADS + 1] = { 0 };

  s.waits = true;
  for (int i = 0; i <= THREADS; i++) {
    threads[i] = (struct blocking) { .h = h,
                                     .call = i < THREADS ? block : collect,
                                     .number = i };
    blocking_start (&threads[i]);
  }
  for (int reads = 0; reads < THREADS * ROUNDS;) {
    uint16_t type;

    server_need (&s, 28);
    int offset = get_uint (s.in.p + 16, 8);
    int cookie = server_request (&s, &type);

    if (type == 0) {
      reads++;
      server_say (&s, "simple 0 %d pattern %d 4", cookie, offset);
    }
    else
      server_say (&s, "simple 0 %d", cookie);
  }
  for (int i = 0; i < THREADS; i++)
    blocking_join (&threads[i]);
  CHECK_OK (nbd_aio_disconnect (h, 0));
  for (uint16_t type = 3; type == 3;) { /* flushes may follow */
    int cookie = server_request (&s, &type);

    if (type == 3)
      server_say (&s, "simple 0 %d", cookie);
  }
  blocking_join (&threads[THREADS]);
  nbd_close (h);
  server_close (&s);
}
