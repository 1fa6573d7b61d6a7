/* SPDX-License-Identifier: MIT */

/* A main loop drives handles by its header: plain ones and those that stay
 * connected, one and several, from connecting to the end.  The server has
 * threads of its own; all else is one thread, which only the loop lets wait. */

#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "check.h"
#include "loop.h"
#include "mortal.h"

#define SIZE (4 << 20)
#define BLOCK 65536
#define KILLS 5

static struct mortal server, tcp_server;
static void *loop;
static int running; /* handles until the loop may quit */
static int kills;

/* What a program knows of a handle. */
struct client {
  struct nbd_handle *h;
  void *watch;
  int wanted; /* reads in all */
  int issued;
  int completed; /* without error */
  int changes;   /* calls of on_change */
  int error;     /* of the last one */
  int ends;      /* how often it was told that the handle has ended */
  char buf[BLOCK];
};

static int
completed (void *opaque, int *error)
{
  struct client *c = opaque;

  CHECK_INT (*error, 0);
  c->completed++;
  return 1;
}

static void
issue (struct client *c)
{
  nbd_completion_callback done = { .callback = completed, .user_data = c };

  while (c->issued < c->wanted && CHECK_OK (nbd_aio_in_flight (c->h)) < 16) {
    uint64_t offset = (uint64_t) c->issued++ * BLOCK % SIZE;

    CHECK_OK (nbd_aio_pread (c->h, c->buf, BLOCK, offset, done, 0));
  }
}

static bool
is_connected (struct nbd_handle *h)
{
  return nbd_aio_is_ready (h) || nbd_aio_is_processing (h);
}

static bool
has_ended (struct nbd_handle *h)
{
  return nbd_aio_is_dead (h) || nbd_aio_is_closed (h);
}

/* Read all that is wanted, then disconnect. */
static void
read_all (struct nbd_handle *h, int error, void *data)
{
  struct client *c = data;

  CHECK (h == c->h);
  c->changes++;
  c->error = error;
  c->ends += has_ended (h);
  if (has_ended (h) && --running == 0)
    loop_quit (loop);
  if (!is_connected (h))
    return;
  issue (c);
  if (c->completed == c->wanted && nbd_aio_in_flight (h) == 0)
    CHECK_OK (nbd_aio_disconnect (h, 0));
}

static void
start (struct client *c,
       void (*on_change) (struct nbd_handle *h, int error, void *data))
{
  if (c->h == NULL)
    c->h = nbd_create ();
  if (nbd_aio_is_created (c->h))
    CHECK_OK (nbd_aio_connect_unix (c->h, server.address.path));
  c->watch = watch_start (loop, c->h, on_change, c);
  CHECK (c->watch != NULL);
}

static void
stop (struct client *c)
{
  watch_stop (c->watch);
  nbd_close (c->h);
  c->h = NULL;
  c->watch = NULL;
}

static void
quit (void *data)
{
  (void) data;
  loop_quit (loop);
}

/* Processor time of this thread, in milliseconds. */
static long
processor_ms (void)
{
  struct rusage r;

  getrusage (RUSAGE_THREAD, &r);
  return (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000
         + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1000;
}

/* Two handles, one of which stays connected, are driven to their ends. */
static void
handles_share_a_loop (void)
{
  struct client plain = { .wanted = 100 }, lasting = { .wanted = 50 };

  lasting.h = nbd_create ();
  CHECK_OK (nbd_set_reconnect_timeout (lasting.h, 60000));
  running = 2;
  start (&plain, read_all);
  start (&lasting, read_all);
  loop_run (loop);
  CHECK_INT (plain.completed, 100);
  CHECK_INT (lasting.completed, 50);
  CHECK_INT (plain.ends, 1);
  CHECK_INT (lasting.ends, 1);
  CHECK_INT (plain.error, 0);
  stop (&plain);
  stop (&lasting);
}

/* Once connected, end the loop; nothing is lost until it runs again. */
static void
pause_once (struct nbd_handle *h, int error, void *data)
{
  struct client *c = data;

  if (is_connected (h) && c->issued == 0) {
    issue (c);
    loop_quit (loop);
    return;
  }
  read_all (h, error, data);
}

static void
loops_may_run_again (void)
{
  struct client c = { .wanted = 64 };

  running = 1;
  start (&c, pause_once);
  loop_run (loop);
  CHECK_INT (c.completed, 0);
  loop_run (loop);
  CHECK_INT (c.completed, 64);
  stop (&c);
}

/* The server is killed and started again, and then the client may end. */
static void
kill_and_start (void *data)
{
  struct client *c = data;

  mortal_kill (&server);
  mortal_start (&server);
  if (++kills < KILLS)
    loop_later (loop, 20, kill_and_start, c);
  else
    c->wanted = c->issued;
}

static void
handles_outlive_servers (void)
{
  struct client c = { .wanted = INT_MAX, .h = nbd_create () };

  CHECK_OK (nbd_set_reconnect_timeout (c.h, -1));
  running = 1;
  start (&c, read_all);
  loop_later (loop, 20, kill_and_start, &c);
  loop_run (loop);
  CHECK_INT (c.completed, c.issued);
  CHECK (nbd_stats_reconnects (c.h) > 0);
  stop (&c);
}

/* In the callback of a handle that has ended another one takes its place, and
 * very likely the number of its descriptor. */
static void
replace (struct nbd_handle *h, int error, void *data)
{
  struct client *c = data;

  if (has_ended (h)) {
    CHECK_INT (error != 0, nbd_aio_is_dead (h));
    c->ends++;
    stop (c);
    mortal_start (&server);
    start (c, c->ends == 5 ? read_all : replace);
  }
  else if (is_connected (h))
    mortal_kill (&server);
}

static void
handles_are_replaced_in_their_callback (void)
{
  struct client c = { .wanted = 10 };

  running = 1;
  start (&c, replace);
  loop_run (loop);
  CHECK_INT (c.completed, 10);
  CHECK_INT (c.ends, 6);
  stop (&c);
}

/* The resolver: of two addresses, nobody listens at the first. */
int
getaddrinfo (const char *node, const char *service,
             const struct addrinfo *hints, struct addrinfo **res)
{
  static struct sockaddr_in where[2];
  static struct addrinfo list[2];

  (void) node, (void) service, (void) hints;
  for (int i = 0; i < 2; i++) {
    where[i] = tcp_server.address.in;
    list[i] = (struct addrinfo) { .ai_family = AF_INET,
                                  .ai_socktype = SOCK_STREAM,
                                  .ai_protocol = IPPROTO_TCP,
                                  .ai_addr = (struct sockaddr *) &where[i],
                                  .ai_addrlen = sizeof where[i] };
  }
  where[0].sin_addr.s_addr = htonl (INADDR_LOOPBACK + 1);
  list[0].ai_next = &list[1];
  *res = list;
  return 0;
}

void
freeaddrinfo (struct addrinfo *res)
{
  (void) res;
}

/* A handle that nobody answered may try again, in its callback. */
static void
try_again (struct nbd_handle *h, int error, void *data)
{
  struct client *c = data;

  if (!nbd_aio_is_created (h)) {
    read_all (h, error, data);
    return;
  }
  CHECK_INT (error, ECONNREFUSED);
  if (++c->ends == 3)
    mortal_start (&tcp_server);
  CHECK_OK (nbd_aio_connect_tcp (h, "two.example", "nbd"));
}

static void
refused_handles_try_again (void)
{
  struct client c = { .wanted = 10, .h = nbd_create () };

  running = 1;
  CHECK_OK (nbd_aio_connect_tcp (c.h, "two.example", "nbd"));
  start (&c, try_again);
  loop_run (loop);
  CHECK_INT (c.completed, 10);
  CHECK_INT (c.ends, 4);
  stop (&c);
}

/* Nobody accepts: the library's own deadline ends that, and the loop needs no
 * timer for it. */
static void
end_loop (struct nbd_handle *h, int error, void *data)
{
  struct client *c = data;

  c->changes++;
  c->error = error;
  if (has_ended (h))
    loop_quit (loop);
}

static void
deadlines_need_no_timer (void)
{
  struct client c = { .h = nbd_create () };
  struct address silent;

  address_open (&silent);
  address_listen (&silent);
  CHECK_OK (nbd_set_connect_timeout (c.h, 50));
  CHECK_OK (nbd_aio_connect_unix (c.h, silent.path));
  start (&c, end_loop);
  loop_run (loop);
  CHECK_INT (c.error, ETIMEDOUT);
  stop (&c);
  address_close (&silent);
}

/* Quit when all handles are where nothing happens by itself. */
static void
settle (struct nbd_handle *h, int error, void *data)
{
  struct client *c = data;

  CHECK_INT (error, 0);
  if (c->changes == 0 && (is_connected (h) || nbd_aio_is_negotiating (h))) {
    c->changes++;
    if (--running == 0)
      loop_quit (loop);
  }
  else if (c->changes > 0)
    c->changes++;
}

/* Handles that wait for nothing, for the program, or for a deadline that is
 * far away, let the loop sleep. */
static void
idle_loops_sleep (void)
{
  struct client idle = { 0 }, asked = { .h = nbd_create () };
  struct client lasting = { .h = nbd_create () };

  CHECK_OK (nbd_set_opt_mode (asked.h, true));
  CHECK_OK (nbd_set_command_timeout (lasting.h, 600000));
  CHECK_OK (nbd_set_stall_timeout (lasting.h, 600000));
  running = 3;
  start (&idle, settle);
  start (&asked, settle);
  start (&lasting, settle);
  loop_run (loop);
  long before = processor_ms ();
  loop_later (loop, 300, quit, NULL);
  loop_run (loop);
  CHECK (idle.changes + asked.changes + lasting.changes < 10);
  CHECK (processor_ms () - before < 200);
  stop (&idle);
  stop (&asked);
  stop (&lasting);
}

/* What is done with handles outside of their callbacks is seen as well. */
static void
write_much (void *data)
{
  struct client *c = data;
  nbd_completion_callback done = { .callback = completed, .user_data = c };
  static char zeroes[SIZE];

  for (int i = 0; i < 4; i++)
    CHECK_OK (nbd_aio_pwrite (c->h, zeroes, SIZE, 0, done, 0));
  CHECK (nbd_aio_get_direction (c->h) & LIBNBD_AIO_DIRECTION_WRITE);
  watch_update (c->watch);
}

static void
leave (void *data)
{
  struct client *c = data;

  CHECK_OK (nbd_aio_disconnect (c->h, 0));
  watch_update (c->watch);
}

static void
leave_when_written (struct nbd_handle *h, int error, void *data)
{
  struct client *c = data;

  c->changes++;
  c->error = error;
  c->ends += has_ended (h);
  if (c->ends > 0)
    loop_quit (loop);
  if (is_connected (h) && c->issued++ == 0)
    loop_later (loop, 1, write_much, c);
  if (is_connected (h) && c->completed == 4 && c->wanted++ == 0)
    loop_later (loop, 1, leave, c);
}

static void
commands_are_issued_elsewhere (void)
{
  struct client c = { 0 };

  start (&c, leave_when_written);
  loop_run (loop);
  CHECK_INT (c.completed, 4);
  CHECK_INT (c.ends, 1);
  CHECK_INT (c.error, 0);
  stop (&c);
}

static void
connect_late (void *data)
{
  struct client *c = data;

  CHECK_OK (nbd_aio_connect_unix (c->h, server.address.path));
  watch_update (c->watch);
}

/* A handle that is connected later, and one that is never connected. */
static void
handles_are_connected_late (void)
{
  struct client late = { .wanted = 10, .h = nbd_create () };
  struct client never = { .h = nbd_create () };

  running = 1;
  late.watch = watch_start (loop, late.h, read_all, &late);
  never.watch = watch_start (loop, never.h, read_all, &never);
  loop_later (loop, 1, connect_late, &late);
  loop_run (loop);
  CHECK_INT (late.completed, 10);
  CHECK_INT (never.changes, 0);
  stop (&late);
  stop (&never);
}

void
test (void)
{
  loop = loop_new ();
  mortal_open (&server, SIZE, false);
  mortal_open (&tcp_server, SIZE, true);
  mortal_start (&server);
  handles_share_a_loop ();
  loops_may_run_again ();
  handles_outlive_servers ();
  handles_are_replaced_in_their_callback ();
  refused_handles_try_again ();
  deadlines_need_no_timer ();
  idle_loops_sleep ();
  commands_are_issued_elsewhere ();
  handles_are_connected_late ();
  loop_free (loop);
  mortal_close (&server);
  mortal_free (&server);
  mortal_close (&tcp_server);
  mortal_free (&tcp_server);
}
