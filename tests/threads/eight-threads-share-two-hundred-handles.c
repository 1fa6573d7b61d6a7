/* SPDX-License-Identifier: MIT */

/* Eight threads create 200 handles, connect, use and close them.  A handle
 * goes from thread to thread, and several threads use a handle at the same
 * time. */

#include "ram.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 8
#define HANDLES 200
#define ROUNDS 40
#define SLICE 512

static struct ram ram;
static struct ram_server servers[HANDLES];
static struct nbd_handle *handles[HANDLES];
static pthread_barrier_t barrier;
static atomic_uint next_connect, next_close;

/* The disk never changes.  Each slice is filled with a byte of its own. */
static void
use (struct nbd_handle *h, unsigned slice)
{
  char a[SLICE], b[SLICE];
  int64_t cookie = nbd_aio_pread (h, b, sizeof b, slice * SLICE,
                                  NBD_NULL_COMPLETION, 0);

  MUST (cookie > 0);
  MUST (nbd_pread (h, a, sizeof a, slice * SLICE, 0) == 0);
  while (nbd_aio_command_completed (h, cookie) == 0)
    MUST (nbd_poll (h, 1) != -1);
  for (unsigned i = 0; i < SLICE; i++)
    MUST (a[i] == (char) slice && b[i] == (char) slice);
  /* The handle may change from READY to PROCESSING, or back, between two
   * questions, so they are not asked for. */
  MUST (!nbd_aio_is_dead (h) && !nbd_aio_is_closed (h));
  MUST (!nbd_aio_is_connecting (h) && !nbd_aio_is_negotiating (h));
}

static void *
work (void *opaque)
{
  unsigned number = *(unsigned *) opaque, i;

  while ((i = next_connect++) < HANDLES) {
    servers[i] = (struct ram_server) { .ram = &ram, .style = i % 3 };
    handles[i] = ram_connect (&servers[i]);
  }
  pthread_barrier_wait (&barrier);
  for (i = 0; i < ROUNDS * HANDLES / THREADS; i++)
    use (handles[(i * (number + 1)) % HANDLES], (i + number) % THREADS);
  pthread_barrier_wait (&barrier);
  while ((i = next_close++) < HANDLES) {
    if (i % 2 == 0)
      MUST (nbd_shutdown (handles[i], 0) == 0);
    nbd_close (handles[i]);
    ram_join (&servers[i]);
  }
  return NULL;
}

int
main (void)
{
  pthread_t threads[THREADS];
  unsigned numbers[THREADS];

  ram_create (&ram, THREADS * SLICE);
  for (unsigned i = 0; i < THREADS; i++)
    memset (ram.data + i * SLICE, (int) i, SLICE);
  pthread_barrier_init (&barrier, NULL, THREADS);
  for (unsigned i = 0; i < THREADS; i++) {
    numbers[i] = i;
    MUST (pthread_create (&threads[i], NULL, work, &numbers[i]) == 0);
  }
  for (unsigned i = 0; i < THREADS; i++)
    pthread_join (threads[i], NULL);
  pthread_barrier_destroy (&barrier);
  ram_free (&ram);
  return EXIT_SUCCESS;
}
