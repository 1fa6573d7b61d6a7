/* SPDX-License-Identifier: MIT */

/* The chunk callback of nbd_pread_structured runs in the thread that made the
 * call, even when several threads make blocking calls on the handle. */

#include <pthread.h>

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"

#define THREADS 4
#define ROUNDS 20

static int
on_chunk (void *opaque, const void *subbuf, size_t count, uint64_t offset,
          unsigned status, int *error)
{
  struct blocking *b = opaque;

  (void) subbuf;
  (void) error;
  CHECK_INT (count, 4);
  CHECK_INT (offset, 4 * b->number);
  CHECK_INT (status, LIBNBD_READ_DATA);
  if (!pthread_equal (pthread_self (), b->thread))
    FAIL ("the callback of thread %d runs on another", b->number);
  b->flags++;
  return 0;
}

static int
read_structured (struct blocking *b)
{
  b->thread = pthread_self ();
  for (int i = 0; i < ROUNDS; i++)
    CHECK_OK (
      nbd_pread_structured (b->h, b->buf, 4, 4 * b->number,
                            (nbd_chunk_callback) { on_chunk, b, NULL }, 0));
  return 0;
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, STRUCTURED);
  struct blocking threads[THREADS] = { 0 };

  s.waits = true;
  for (int i = 0; i < THREADS; i++) {
    threads[i] =
      (struct blocking) { .h = h, .call = read_structured, .number = i };
    blocking_start (&threads[i]);
  }
  for (int i = 0; i < THREADS * ROUNDS; i++) {
    server_need (&s, 28);
    int offset = get_uint (s.in.p + 16, 8);
    int cookie = server_request (&s, NULL);

    server_say (&s, "chunk DONE OFFSET_DATA %d u64 %d pattern %d 4", cookie,
                offset, offset);
  }
  for (int i = 0; i < THREADS; i++) {
    blocking_join (&threads[i]);
    CHECK_INT (threads[i].result, 0);
    CHECK_INT (threads[i].flags, ROUNDS);
  }
  nbd_close (h);
  server_close (&s);
}
