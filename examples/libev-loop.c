/* SPDX-License-Identifier: MIT */
/* Ping a server from a libev loop: read a little, within a time limit.
 *
 *   libev-loop nbd://localhost/disk 5
 *
 * The handle never blocks, so a timer next to it gives a deadline to the
 * whole exchange, from connecting to the last byte of the reply. */
#include <stdbool.h>
#include <stdio.h>

#include <libnbd-ev.h>

static struct ev_loop *loop;
static char buf[512];
static int64_t cookie;
static bool asked;
static int status = EXIT_FAILURE;

static void
give_up (const char *why)
{
  fprintf (stderr, "libev-loop: %s\n", why);
  ev_break (loop, EVBREAK_ALL);
}

static void
alive (void)
{
  printf ("alive\n");
  status = EXIT_SUCCESS;
  ev_break (loop, EVBREAK_ALL);
}

/* The server is there: ask for its first bytes.  An empty export has none. */
static int64_t
ask (struct nbd_handle *h)
{
  int64_t size = nbd_get_size (h);
  size_t count = size < (int64_t) sizeof buf ? size : (int64_t) sizeof buf;
  if (size > 0)
    return nbd_aio_pread (h, buf, count, 0, NBD_NULL_COMPLETION, 0);
  if (size == 0)
    alive ();
  return size;
}

static void
on_change (struct nbd_handle *h, int error, void *data)
{
  (void) data;
  if (error == 0 && !asked && !nbd_aio_is_connecting (h)) {
    asked = true;
    cookie = ask (h);
  }
  int done = cookie > 0 ? nbd_aio_command_completed (h, cookie) : 0;
  if (error != 0 || cookie == -1 || done == -1)
    give_up (nbd_get_error ());
  else if (done == 1)
    alive ();
}

static void
on_deadline (struct ev_loop *l, ev_timer *timer, int events)
{
  (void) l, (void) timer, (void) events;
  give_up ("no answer in time");
}

int
main (int argc, char *argv[])
{
  struct nbd_handle *h = nbd_create ();
  struct nbd_ev *watch;
  loop = EV_DEFAULT;
  if (argc != 3)
    fprintf (stderr, "usage: %s URI SECONDS\n", argv[0]);
  else if (h == NULL || nbd_aio_connect_uri (h, argv[1]) == -1)
    fprintf (stderr, "libev-loop: %s\n", nbd_get_error ());
  else if ((watch = nbd_ev_start (loop, h, on_change, NULL)) == NULL)
    perror ("libev-loop");
  else {
    ev_timer timer;
    ev_timer_init (&timer, on_deadline, atof (argv[2]), 0);
    ev_timer_start (loop, &timer);
    ev_run (loop, 0);
    nbd_ev_stop (watch);
  }
  nbd_close (h);
  ev_loop_destroy (loop);
  return status;
}
