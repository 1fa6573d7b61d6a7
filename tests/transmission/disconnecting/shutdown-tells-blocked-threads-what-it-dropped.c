/* SPDX-License-Identifier: MIT */

/* If a shutdown abandons the unsent request of a blocking call, that call
 * fails and says so, although the connection still exists.  A disconnect
 * request that was issued before is sent, even if nothing is left before
 * it. */

#include <errno.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "full-socket.h"
#include "server.h"
#include "thread.h"

#define SIZE (8 << 20)

static int
drop (void *opaque, int *error)
{
  CHECK_INT (*error, ENOTCONN);
  sem_post (opaque);
  return 1;
}

static void
check_blocked_thread (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct blocking reader = { .h = h, .call = blocking_pread };
  struct blocking shutdown = {
    .h = h,
    .call = blocking_shutdown,
    .flags = LIBNBD_SHUTDOWN_ABANDON_PENDING,
  };
  struct calls halfway = { 0 };
  char *payload = calloc (1, SIZE);
  sem_t dropped;

  sem_init (&dropped, 0, 0);
  server_connect (&s, h, SIMPLE, SIZE, FLAGS_ALL);
  s.waits = true;
  CHECK_OK (nbd_aio_pwrite (h, payload, SIZE, 0, completion (&halfway), 0));
  blocking_start (&reader);
  while (nbd_aio_in_flight (h) < 2)
    sched_yield ();
  CHECK_OK (nbd_aio_flush (h,
                           (nbd_completion_callback) {
                             .callback = drop,
                             .user_data = &dropped,
                           },
                           0));
  blocking_start (&shutdown);
  while (sem_wait (&dropped) == -1)
    ;
  server_need (&s, 28 + SIZE);
  blocking_join (&reader);
  CHECK_INT (reader.result, -1);
  CHECK_INT (reader.errnum, ENOTCONN);
  CHECK_CONTAINS (reader.error, "nbd_pread: read: command failed: it was not "
                                "sent before the shutdown");
  bytes_drop (&s.in, 28 + SIZE);
  server_expect (&s, "request 0 DISC 4 0 0");
  server_say (&s, "simple 0 1");
  server_close (&s);
  blocking_join (&shutdown);
  CHECK_INT (shutdown.result, 0);
  nbd_close (h);
  CHECK_CALLS (&halfway, 1);
  free (payload);
}

static char *payload;

static int
write_all (struct blocking *b)
{
  return nbd_pwrite (b->h, payload, SIZE, 0, 0);
}

/* A thread that waits until the socket can take more, while another thread
 * reads, is woken although the socket is full. */
static void
check_watching_thread (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct blocking reader = { .h = h, .call = blocking_pread };
  struct blocking writer = { .h = h, .call = write_all };
  struct blocking shutdown = {
    .h = h,
    .call = blocking_shutdown,
    .flags = LIBNBD_SHUTDOWN_ABANDON_PENDING,
  };

  payload = calloc (1, SIZE);
  server_connect (&s, h, SIMPLE, SIZE, FLAGS_ALL);
  s.waits = true;
  blocking_start (&reader);
  server_expect (&s, "request 0 READ 1 0 4");
  CHECK_OK (nbd_aio_pwrite (h, payload, SIZE, 0, NBD_NULL_COMPLETION, 0));
  blocking_start (&writer);
  while (nbd_aio_in_flight (h) < 3)
    sched_yield ();
  blocking_start (&shutdown);
  blocking_join (&writer);
  CHECK_INT (writer.result, -1);
  CHECK_INT (writer.errnum, ENOTCONN);
  server_need (&s, 28 + SIZE);
  bytes_drop (&s.in, 28 + SIZE);
  server_expect (&s, "request 0 DISC 4 0 0");
  server_say (&s, "simple 0 2");
  server_say (&s, "simple 0 1 \"data\"");
  server_close (&s);
  blocking_join (&shutdown);
  CHECK_INT (shutdown.result, 0);
  blocking_join (&reader);
  CHECK_INT (reader.result, 0);
  nbd_close (h);
  free (payload);
}

static void
check_disconnect (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct blocking shutdown = {
    .h = h,
    .call = blocking_shutdown,
    .flags = LIBNBD_SHUTDOWN_ABANDON_PENDING,
  };
  struct calls flushed = { 0 };

  full_socket = nbd_aio_get_fd (h);
  CHECK_OK (nbd_aio_flush (h, completion (&flushed), 0));
  CHECK_OK (nbd_aio_disconnect (h, 0));
  server_expect_nothing (&s);
  full_socket = -1;
  s.waits = true;
  blocking_start (&shutdown);
  server_expect (&s, "request 0 DISC 2 0 0");
  server_close (&s);
  blocking_join (&shutdown);
  CHECK_INT (shutdown.result, 0);
  CHECK_INT (flushed.error, ENOTCONN);
  nbd_close (h);
  CHECK_CALLS (&flushed, 1);
}

void
test (void)
{
  check_blocked_thread ();
  check_watching_thread ();
  check_disconnect ();
}
