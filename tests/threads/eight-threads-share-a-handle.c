/* SPDX-License-Identifier: MIT */

/* Eight threads use one handle.  Each issues commands and retires its own.
 * They poll, notify, ask for directions and counters, peek and make blocking
 * calls.  The handle is closed only when all threads have ended.  Then the
 * same is done with a server that closes in the middle, which each thread
 * must notice. */

#include "ram.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 8
#define ROUNDS 150
#define SLICE 4096

struct worker {
  struct nbd_handle *h;
  unsigned number;
  pthread_t thread;
};

/* Deliver one event, as a main loop does. */
static void
notify_once (struct nbd_handle *h)
{
  unsigned direction = nbd_aio_get_direction (h);
  struct pollfd fd = { .fd = nbd_aio_get_fd (h) };

  if (direction & LIBNBD_AIO_DIRECTION_READ)
    fd.events |= POLLIN;
  if (direction & LIBNBD_AIO_DIRECTION_WRITE)
    fd.events |= POLLOUT;
  if (poll (&fd, 1, 1) <= 0)
    return;
  /* If another thread has delivered the event first, the call is refused. */
  if (fd.revents & POLLIN)
    nbd_aio_notify_read (h);
  else if (fd.revents & POLLOUT)
    nbd_aio_notify_write (h);
}

/* While this thread has a command that was not retired, ask for all that may
 * be asked for at any time. */
static void
look (struct nbd_handle *h)
{
  static __thread uint64_t sent, received;
  uint64_t sent_before = sent, received_before = received;

  /* The handle may change from READY to PROCESSING, or back, between two
   * questions, so they are not asked for. */
  MUST (!nbd_aio_is_dead (h) && !nbd_aio_is_closed (h));
  MUST (!nbd_aio_is_connecting (h) && !nbd_aio_is_negotiating (h));
  MUST (nbd_connection_state (h) != NULL);
  MUST (nbd_aio_in_flight (h) >= 0);
  MUST (nbd_aio_peek_command_completed (h) >= 0);
  MUST (nbd_get_size (h) == THREADS * SLICE);
  sent = nbd_stats_bytes_sent (h);
  received = nbd_stats_bytes_received (h);
  MUST (sent >= sent_before && received >= received_before);
  nbd_set_private_data (h, nbd_get_private_data (h) + 1);
}

static void
wait_for (struct worker *w, int64_t cookie)
{
  int r;

  MUST (cookie > 0);
  look (w->h);
  while ((r = nbd_aio_command_completed (w->h, cookie)) == 0) {
    if (w->number % 2 == 0)
      MUST (nbd_poll (w->h, 1) != -1);
    else
      notify_once (w->h);
    look (w->h);
  }
  MUST (r == 1);
}

static int
on_completion (void *opaque, int *error)
{
  int *called = opaque;

  MUST (*error == 0);
  __atomic_add_fetch (called, 1, __ATOMIC_RELAXED);
  return 0;
}

static void *
work (void *opaque)
{
  struct worker *w = opaque;
  uint64_t offset = w->number * SLICE;
  char out[SLICE], in[SLICE];
  int called = 0;

  for (unsigned i = 0; i < ROUNDS; i++) {
    memset (out, (int) (w->number * 16 + i), sizeof out);
    wait_for (w, nbd_aio_pwrite (w->h, out, sizeof out, offset,
                                 (nbd_completion_callback) {
                                   .callback = on_completion,
                                   .user_data = &called },
                                 0));
    wait_for (w, nbd_aio_pread (w->h, in, sizeof in, offset,
                                NBD_NULL_COMPLETION, 0));
    MUST (memcmp (in, out, sizeof in) == 0);
    memset (in, 0, sizeof in);
    MUST (nbd_pread (w->h, in, sizeof in, offset, 0) == 0);
    MUST (memcmp (in, out, sizeof in) == 0);
    MUST (nbd_flush (w->h, 0) == 0);
    /* Each thread has its own error. */
    MUST (nbd_pread (w->h, in, 1, THREADS * SLICE, 0) == -1);
    MUST (strstr (nbd_get_error (), "nbd_pread") != NULL);
  }
  MUST (called == ROUNDS);
  return NULL;
}

/* Work until the server has closed. */
static void *
work_until_the_end (void *opaque)
{
  struct worker *w = opaque;
  uint64_t offset = w->number * SLICE;
  char blocking[SLICE], waiting[SLICE];

  for (;;) {
    int64_t cookie = nbd_aio_pread (w->h, waiting, sizeof waiting, offset,
                                    NBD_NULL_COMPLETION, 0);
    int failed = nbd_pread (w->h, blocking, sizeof blocking, offset, 0);

    while (cookie != -1 && nbd_aio_command_completed (w->h, cookie) == 0)
      nbd_poll (w->h, 1);
    if (cookie == -1 || failed == -1)
      break;
  }
  MUST (nbd_aio_is_dead (w->h) || nbd_aio_is_closed (w->h));
  return NULL;
}

static void
run (enum ram_style style, unsigned cut_after, void *(*function) (void *) )
{
  struct ram ram;
  struct worker workers[THREADS];

  ram_create (&ram, THREADS * SLICE);

  struct ram_server server = { .ram = &ram,
                               .style = style,
                               .cut_after = cut_after };
  struct nbd_handle *h = ram_connect (&server);

  for (unsigned i = 0; i < THREADS; i++) {
    workers[i] = (struct worker) { .h = h, .number = i };
    MUST (pthread_create (&workers[i].thread, NULL, function, &workers[i])
          == 0);
  }
  for (unsigned i = 0; i < THREADS; i++)
    pthread_join (workers[i].thread, NULL);
  if (cut_after == 0) {
    MUST (nbd_aio_in_flight (h) == 0);
    MUST (nbd_get_private_data (h) > 0);
    MUST (nbd_stats_bytes_received (h) > THREADS * ROUNDS * 2 * SLICE);
    MUST (nbd_shutdown (h, 0) == 0);
  }
  nbd_close (h);
  ram_join (&server);
  ram_free (&ram);
}

int
main (void)
{
  for (enum ram_style style = RAM_SIMPLE; style <= RAM_EXTENDED; style++) {
    run (style, 0, work);
    for (unsigned cut_after = 1; cut_after < 1000; cut_after *= 3)
      run (style, cut_after, work_until_the_end);
  }
  return EXIT_SUCCESS;
}
