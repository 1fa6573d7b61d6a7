/* SPDX-License-Identifier: MIT */

/* A thread with a pending cancellation is cancelled only in calls that wait,
 * and only while they sleep: not while the library sends, receives, closes or
 * writes debug output, and not in callbacks.  After the call the thread can
 * be cancelled as before.  A thread that has disabled cancellation is not
 * cancelled. */

#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"

static struct server s;
static struct nbd_handle *h;
static char buf[512];
static bool returned;

static int
completion_callback (void *opaque, int *error)
{
  (void) opaque;
  (void) error;
  pthread_testcancel ();
  return 1;
}

static int
debug_callback (void *opaque, const char *context, const char *msg)
{
  (void) opaque;
  (void) context;
  (void) msg;
  pthread_testcancel ();
  return 0;
}

static void
free_callback (void *opaque)
{
  (void) opaque;
  pthread_testcancel ();
}

#define COMPLETION \
  ((nbd_completion_callback) { completion_callback, NULL, free_callback })
#define DEBUG ((nbd_debug_callback) { debug_callback, NULL, free_callback })

/* Each function makes one call.  The server has already sent what the call
 * needs. */

static void
issue (void)
{
  CHECK_OK (nbd_aio_pread (h, buf, sizeof buf, 0, NBD_NULL_COMPLETION, 0));
}

static void
notify (void)
{
  CHECK_OK (nbd_aio_notify_read (h));
}

static void
retire (void)
{
  CHECK_INT (nbd_aio_command_completed (h, 1), 1);
}

static void
log_to_a_callback (void)
{
  CHECK_INT (nbd_aio_in_flight (h), 0);
}

static void
log_to_stderr (void)
{
  struct nbd_handle *another = nbd_create ();
  CHECK (another != NULL);
  nbd_close (another);
}

static void
close_it (void)
{
  nbd_close (h);
}

static void
connect_tcp (void)
{
  struct nbd_handle *another = nbd_create ();
  CHECK_INT (nbd_aio_connect_tcp (another, "nowhere.invalid", "1"), -1);
  nbd_close (another);
}

static void
run_child (void)
{
  static char *argv[] = { "true", NULL };
  struct nbd_handle *another = nbd_create ();
  CHECK_OK (nbd_aio_connect_command (another, argv));
  nbd_close (another);
}

/* The reply has already been received, so the call does not sleep. */
static void
read_what_is_there (void)
{
  CHECK_OK (nbd_poll (h, -1));
}

static void
prepare_none (void)
{
}

static void
prepare_reply (void)
{
  CHECK_OK (nbd_aio_flush (h, COMPLETION, 0));
  server_say (&s, "simple 0 1");
}

static void
prepare_result (void)
{
  CHECK_OK (nbd_aio_flush (
    h, (nbd_completion_callback) { .free = free_callback }, 0));
  server_say (&s, "simple 0 1");
  pump (h);
}

static void
prepare_debug (void)
{
  CHECK_OK (nbd_set_debug_callback (h, DEBUG));
  CHECK_OK (nbd_set_debug (h, true));
}

/* Two replies are received together, so the second one is in the buffer. */
static void
prepare_buffered (void)
{
  CHECK_OK (nbd_aio_flush (h, COMPLETION, 0));
  CHECK_OK (nbd_aio_flush (h, COMPLETION, 0));
  server_say (&s, "simple 0 1\nsimple 0 2");
  CHECK_INT (nbd_poll (h, -1), 1);
}

static const struct {
  const char *name;
  void (*prepare) (void);
  void (*call) (void);
} rows[] = {
  { "issuing a command", prepare_none, issue },
  { "receiving, and a callback", prepare_reply, notify },
  { "freeing a closure", prepare_result, retire },
  { "a debug callback", prepare_debug, log_to_a_callback },
  { "debug output", prepare_none, log_to_stderr },
  { "closing", prepare_debug, close_it },
  { "looking up a name", prepare_none, connect_tcp },
  { "starting a child and waiting for its end", prepare_none, run_child },
  { "a reply that is there", prepare_buffered, read_what_is_there },
};

static void *
run_thread (void *opaque)
{
  size_t i = *(size_t *) opaque;

  pthread_cancel (pthread_self ());
  rows[i].call ();
  returned = true;
  pthread_testcancel ();
  return NULL;
}

static void
run (size_t i)
{
  pthread_t thread;
  void *result;

  h = server_handle (&s, SIMPLE);
  rows[i].prepare ();
  returned = false;
  CHECK_INT (pthread_create (&thread, NULL, run_thread, &i), 0);
  pthread_join (thread, &result);
  CHECK (returned);
  CHECK (result == PTHREAD_CANCELED);
  if (rows[i].call != close_it)
    nbd_close (h);
  server_close (&s);
}

static int
read_regardless (struct blocking *b)
{
  int state;

  pthread_setcancelstate (PTHREAD_CANCEL_DISABLE, &state);
  int r = nbd_pread (b->h, b->buf, 4, 0, 0);
  pthread_setcancelstate (PTHREAD_CANCEL_DISABLE, &state);
  CHECK_INT (state, PTHREAD_CANCEL_DISABLE);
  return r;
}

static void
run_disabled (void)
{
  h = server_handle (&s, SIMPLE);
  struct blocking b = { .h = h, .call = read_regardless };

  s.waits = true;
  blocking_start (&b);
  server_expect (&s, "request 0 READ 1 0 4");
  pthread_cancel (b.thread);
  server_say (&s, "simple 0 1 \"data\"");
  blocking_join (&b);
  CHECK_INT (b.result, 0);
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  static size_t i; /* survives the jump of a failed row */

  setenv ("LIBNBD_DEBUG", "1", 1);
  for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (ROW (rows[i].name))
      run (i);
  if (ROW ("a program that does not want it"))
    run_disabled ();
  check_rows_end ();
}
