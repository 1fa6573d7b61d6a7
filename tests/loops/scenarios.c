/* SPDX-License-Identifier: MIT */

/* A main loop drives handles through its header: plain ones and ones that stay
 * connected, one and several, from connecting to the end.  The server has its
 * own threads.  All else runs in one thread, which waits only in the loop. */

#include <limits.h>
#include <sys/resource.h>

#include "client-in-loop.h"

#define KILLS 5

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

/* Quit the loop once, when the handle is connected.  Nothing may be lost until
 * the loop runs again. */
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

/* Kill the server and start it again, several times.  After that the client
 * may end. */
static void
kill_and_start (void *data)
{
  struct client *c = data;

  mortal_kill (&server);
  mortal_start (&server);
  if (++c->kills <= KILLS)
    loop_later (loop, 20, kill_and_start, c);
  else
    c->wanted = c->issued;
}

static void
read_through_outages (struct nbd_handle *h, int error, void *data)
{
  struct client *c = data;

  if (c->completed > 0 && c->kills++ == 0)
    loop_later (loop, 1, kill_and_start, c);
  read_all (h, error, data);
}

static void
handles_outlive_servers (void)
{
  struct client c = { .wanted = INT_MAX, .h = nbd_create () };

  CHECK_OK (nbd_set_reconnect_timeout (c.h, -1));
  running = 1;
  start (&c, read_through_outages);
  loop_run (loop);
  CHECK_INT (c.completed, c.issued);
  CHECK (nbd_stats_reconnects (c.h) > 0);
  stop (&c);
}

/* Quit when all handles are in a state in which nothing happens by itself. */
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

/* The loop sleeps while its handles wait for nothing, for the program, or for
 * a timeout that is far away. */
static void
idle_loops_sleep (void)
{
  struct client idle = { .h = nbd_create () }, asked = { .h = nbd_create () };
  struct client lasting = { .h = nbd_create () };

  CHECK_OK (nbd_set_opt_mode (asked.h, true));
  CHECK_OK (nbd_set_command_timeout (lasting.h, 600000));
  CHECK_OK (nbd_set_stall_timeout (lasting.h, 600000));
  /* The name has two addresses, so the handle has a second socket. */
  CHECK_OK (nbd_aio_connect_tcp (idle.h, "two.example", "nbd"));
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

/* Tell the header that a handle was used outside of its callback. */
static void
changed (struct client *c)
{
  if (!loop_tells)
    watch_update (c->watch);
}

static void
write_much (void *data)
{
  struct client *c = data;
  static char zeroes[SIZE];

  for (int i = 0; i < 4; i++)
    CHECK_OK (nbd_aio_pwrite (c->h, zeroes, SIZE, 0, without_error (c), 0));
  CHECK (nbd_aio_get_direction (c->h) & LIBNBD_AIO_DIRECTION_WRITE);
  changed (c);
}

static void
leave (void *data)
{
  struct client *c = data;

  CHECK_OK (nbd_aio_disconnect (c->h, 0));
  changed (c);
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

/* If a call outside of the loop finds that the connection has ended, the
 * callback is told once. */
static void
shut_down (void *data)
{
  struct client *c = data;

  CHECK_OK (nbd_shutdown (c->h, 0));
  changed (c);
}

static void
shut_down_later (struct nbd_handle *h, int error, void *data)
{
  struct client *c = data;

  CHECK_INT (error, 0);
  c->ends += has_ended (h);
  if (c->ends > 0)
    loop_later (loop, 20, quit, NULL);
  else if (is_connected (h) && c->changes++ == 0)
    loop_later (loop, 1, shut_down, c);
}

static void
ends_are_found_elsewhere (void)
{
  struct client c = { 0 };

  start (&c, shut_down_later);
  loop_run (loop);
  CHECK_INT (c.ends, 1);
  stop (&c);
}

/* The loop ends by itself, without loop_quit. */
static void
loops_end_with_their_handles (void)
{
  struct client c = { .wanted = 10 };

  if (!loop_ends)
    return;
  running = 2;
  start (&c, read_all);
  loop_run (loop);
  CHECK_INT (c.completed, 10);
  stop (&c);
}

static void
connect_late (void *data)
{
  struct client *c = data;

  CHECK_OK (nbd_aio_connect_unix (c->h, server.address.path));
  watch_update (c->watch);
}

/* One handle is connected late, and another one is never connected. */
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
  ends_are_found_elsewhere ();
  loops_end_with_their_handles ();
  loop_free (loop);
  mortal_close (&server);
  mortal_free (&server);
  mortal_close (&tcp_server);
  mortal_free (&tcp_server);
}
