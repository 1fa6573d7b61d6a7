/* SPDX-License-Identifier: MIT */

/* Threads on one handle are cancelled at any point, one after another, and
 * their buffers are freed.  Other threads replace them, and what these write
 * and read is right to the end. */

#include "ram.h"

#include <stdlib.h>
#include <string.h>

#define THREADS 8
#define CANCELLED 400
#define SLICE 100000

struct worker {
  struct nbd_handle *h;
  unsigned number;
  char *buf;
  pthread_t thread;
};

static int
on_chunk (void *opaque, const void *subbuf, size_t count, uint64_t offset,
          unsigned status, int *error)
{
  struct worker *w = opaque;

  (void) error;
  (void) offset;
  MUST (status != LIBNBD_READ_ERROR);
  MUST (w->buf == subbuf || count < SLICE);
  return 0;
}

/* Only this thread and those before it write to its slice, and all of them
 * write the same data. */
static void *
work (void *opaque)
{
  struct worker *w = opaque;
  uint64_t offset = w->number * SLICE;

  for (;;) {
    memset (w->buf, (int) w->number + 1, SLICE);
    MUST (nbd_pwrite (w->h, w->buf, SLICE, offset, 0) == 0);
    memset (w->buf, 0, SLICE);
    MUST (nbd_pread_structured (
            w->h, w->buf, SLICE, offset,
            (nbd_chunk_callback) { .callback = on_chunk, .user_data = w }, 0)
          == 0);
    MUST (w->buf[0] == (char) (w->number + 1));
    MUST (memcmp (w->buf, w->buf + 1, SLICE - 1) == 0);
    MUST (nbd_flush (w->h, 0) == 0);
    MUST (nbd_poll (w->h, 0) != -1);
  }
}

static void
start (struct worker *w)
{
  w->buf = malloc (SLICE);
  MUST (w->buf != NULL);
  MUST (pthread_create (&w->thread, NULL, work, w) == 0);
}

static void
end (struct worker *w)
{
  void *result;

  pthread_cancel (w->thread);
  pthread_join (w->thread, &result);
  MUST (result == PTHREAD_CANCELED);
  memset (w->buf, 0xff, SLICE);
  free (w->buf);
}

static void
run (enum ram_style style)
{
  struct ram ram;
  struct worker workers[THREADS];

  ram_create (&ram, THREADS * SLICE);

  struct ram_server server = { .ram = &ram, .style = style };
  struct nbd_handle *h = ram_connect (&server);

  for (unsigned i = 0; i < THREADS; i++) {
    workers[i] = (struct worker) { .h = h, .number = i };
    start (&workers[i]);
  }
  srand (style);
  for (unsigned i = 0; i < CANCELLED; i++) {
    struct worker *w = &workers[rand () % THREADS];

    end (w);
    start (w);
  }
  for (unsigned i = 0; i < THREADS; i++)
    end (&workers[i]);
  while (nbd_aio_in_flight (h) > 0)
    MUST (nbd_poll (h, -1) == 1);
  MUST (nbd_shutdown (h, 0) == 0);
  nbd_close (h);
  ram_join (&server);
  ram_free (&ram);
}

int
main (void)
{
  for (enum ram_style style = RAM_SIMPLE; style <= RAM_EXTENDED; style++)
    run (style);
  return EXIT_SUCCESS;
}
