/* SPDX-License-Identifier: MIT */
/* Measure how long a server takes to answer, in a libevent loop.
 *
 *   libevent-loop nbd://localhost/disk SECONDS COUNT
 *
 * Like ping, it sends a request every SECONDS seconds, even if the last answer
 * has not come.  With '?reconnect-timeout=1m' it survives an outage. */
#include <stdio.h>
#include <time.h>

#include <libnbd-event.h>

static struct event_base *loop;
static struct event *timer;
static struct nbd_handle *h;
static struct nbd_event *watch;
static int left; /* pings to be sent */
static int status = EXIT_SUCCESS;

struct ping {
  struct timespec sent;
  char data[512];
};

/* The handle is locked here: no nbd_ calls on it. */
static int
answered (void *opaque, int *error)
{
  struct ping *ping = opaque;
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  if (*error == 0)
    printf ("%.3f ms\n", (now.tv_sec - ping->sent.tv_sec) * 1e3
                           + (now.tv_nsec - ping->sent.tv_nsec) / 1e6);
  free (ping);
  return 1;
}

static void
fail (const char *why)
{
  fprintf (stderr, "libevent-loop: %s\n", why);
  status = EXIT_FAILURE;
  event_base_loopbreak (loop);
}

static void
send_ping (evutil_socket_t fd, short events, void *data)
{
  struct ping *ping = malloc (sizeof *ping);
  nbd_completion_callback done = { .callback = answered, .user_data = ping };
  (void) fd, (void) events, (void) data;
  if (ping == NULL)
    return;
  clock_gettime (CLOCK_MONOTONIC, &ping->sent);
  if (nbd_aio_pread (h, ping->data, sizeof ping->data, 0, done, 0) == -1)
    fail (nbd_get_error ());
  else if (--left == 0)
    event_del (timer);
  nbd_event_update (watch); /* needed outside of on_change */
}

static void
on_change (struct nbd_handle *nbd, int error, void *seconds)
{
  if (error != 0)
    fail (nbd_get_error ());
  else if (nbd_aio_is_closed (nbd))
    event_base_loopbreak (loop);
  else if (!nbd_aio_is_connecting (nbd) && timer == NULL) {
    double time = atof (seconds);
    struct timeval pause = { time, (time - (long) time) * 1e6 };
    timer = event_new (loop, -1, EV_PERSIST, send_ping, NULL);
    event_add (timer, &pause);
  }
  else if (left == 0 && nbd_aio_in_flight (nbd) == 0)
    nbd_aio_disconnect (nbd, 0);
}

int
main (int argc, char *argv[])
{
  loop = event_base_new ();
  h = nbd_create ();
  if (argc != 4 || (left = atoi (argv[3])) <= 0)
    fail ("the arguments are URI SECONDS COUNT");
  else if (h == NULL || nbd_aio_connect_uri (h, argv[1]) == -1)
    fail (nbd_get_error ());
  else if ((watch = nbd_event_start (loop, h, on_change, argv[2])) == NULL)
    fail ("cannot watch the handle");
  else {
    event_base_dispatch (loop);
    nbd_event_stop (watch);
  }
  if (timer != NULL)
    event_free (timer);
  nbd_close (h);
  event_base_free (loop);
  return status;
}
