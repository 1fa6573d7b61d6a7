/* SPDX-License-Identifier: MIT */
/* Ping a server from a libev loop: read a little, but not for ever.
 *
 *   libev-loop nbd://localhost/disk 5
 *
 * The handle never blocks, so a timer next to it gives a deadline to the
 * whole exchange, from connecting to the last byte of the reply. */
#include <stdio.h>
#include <stdlib.h>

#include <ev.h>
#include <libnbd.h>

static struct nbd_handle *nbd;
static ev_io watcher;
static char buf[512];
static int64_t cookie;
static int status = EXIT_FAILURE;

/* Watch what the handle waits for now.  Both the descriptor and the events
 * can be others than a moment ago. */
static void
rewatch (struct ev_loop *loop)
{
  unsigned dir = nbd_aio_get_direction (nbd);
  ev_io_stop (loop, &watcher);
  ev_io_set (&watcher, nbd_aio_get_fd (nbd),
             (dir & LIBNBD_AIO_DIRECTION_READ ? EV_READ : 0)
               | (dir & LIBNBD_AIO_DIRECTION_WRITE ? EV_WRITE : 0));
  ev_io_start (loop, &watcher);
}

static void
give_up (struct ev_loop *loop, const char *why)
{
  fprintf (stderr, "libev-loop: %s\n", why);
  ev_break (loop, EVBREAK_ALL);
}

/* The server is there: ask for its first bytes. */
static int64_t
ask (void)
{
  int64_t size = nbd_get_size (nbd);
  if (size == -1)
    return -1;
  size_t count = size < (int64_t) sizeof buf ? size : (int64_t) sizeof buf;
  return nbd_aio_pread (nbd, buf, count, 0, NBD_NULL_COMPLETION, 0);
}

static void
on_event (struct ev_loop *loop, ev_io *w, int events)
{
  (void) w;
  /* One event at a time, reading first: it can change what is wanted. */
  int r = events & EV_READ ? nbd_aio_notify_read (nbd)
                           : nbd_aio_notify_write (nbd);
  if (r == 0 && cookie == 0 && !nbd_aio_is_connecting (nbd))
    r = cookie = ask ();
  int done = cookie > 0 ? nbd_aio_command_completed (nbd, cookie) : 0;
  if (r == -1 || done == -1)
    give_up (loop, nbd_get_error ());
  else if (done == 1) {
    printf ("alive\n");
    status = EXIT_SUCCESS;
    ev_break (loop, EVBREAK_ALL);
  }
  else
    rewatch (loop);
}

static void
on_deadline (struct ev_loop *loop, ev_timer *w, int events)
{
  (void) w, (void) events;
  give_up (loop, "no answer in time");
}

int
main (int argc, char *argv[])
{
  struct ev_loop *loop = EV_DEFAULT;
  nbd = nbd_create ();
  if (argc != 3)
    fprintf (stderr, "usage: %s URI SECONDS\n", argv[0]);
  else if (nbd == NULL || nbd_aio_connect_uri (nbd, argv[1]) == -1)
    fprintf (stderr, "libev-loop: %s\n", nbd_get_error ());
  else {
    ev_timer timer;
    ev_timer_init (&timer, on_deadline, atof (argv[2]), 0);
    ev_timer_start (loop, &timer);
    ev_init (&watcher, on_event);
    rewatch (loop);
    ev_run (loop, 0);
  }
  nbd_close (nbd);
  ev_loop_destroy (loop);
  return status;
}
