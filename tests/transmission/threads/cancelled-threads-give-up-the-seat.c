/* SPDX-License-Identifier: MIT */

/* A cancelled thread gives up the driver's seat, its place among those that
 * wait for the seat, and the lock.  Other threads continue. */

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"

static int
poll_or_pipe (struct blocking *b)
{
  return nbd_poll2 (b->h, -1, -1);
}

static struct nbd_handle *
start (struct server *s)
{
  struct nbd_handle *h = nbd_create ();

  server_connect (s, h, SIMPLE, 1 << 30, FLAGS_ALL);
  s->waits = true;
  return h;
}

/* Check that this thread alone can use the handle. */
static void
check_usable (struct server *s, struct nbd_handle *h, int cookie)
{
  struct calls flushed = { 0 };

  s->drives = h;
  s->waits = false;
  CHECK_OK (nbd_aio_flush (h, completion (&flushed), 0));
  server_expect (s, "request 0 FLUSH %d 0 0", cookie);
  server_say (s, "simple 0 %d", cookie);
  pump (h);
  CHECK_INT (flushed.called, 1);
  CHECK_STATE (h, "READY");
  nbd_close (h);
  server_close (s);
}

/* Two threads read, and one of them is cancelled. */
static void
run_readers (int cancelled)
{
  struct server s;
  struct nbd_handle *h = start (&s);
  struct blocking b[2] = {
    { .h = h, .call = blocking_pread },
    { .h = h, .call = blocking_pread, .number = 1 },
  };

  for (int i = 0; i < 2; i++) {
    blocking_start (&b[i]);
    server_expect (&s, "request 0 READ %d %d 4", i + 1, 4 * i);
  }
  blocking_cancel (&b[cancelled]);
  server_say (&s, "simple 0 %d \"data\"", 2 - cancelled);
  blocking_join (&b[1 - cancelled]);
  CHECK_INT (b[1 - cancelled].result, 0);
  CHECK_BYTES (b[1 - cancelled].buf, 4, "data", 4);
  server_say (&s, "simple 0 %d \"late\"", 1 + cancelled);
  check_usable (&s, h, 3);
}

static void
run_idle (int (*call) (struct blocking *b))
{
  struct server s;
  struct nbd_handle *h = start (&s);
  struct blocking b = { .h = h, .call = call };

  blocking_start (&b);
  blocking_cancel (&b);
  check_usable (&s, h, 1);
}

/* One thread reads, so that another one, which polls, has to wait for the
 * seat. */
static void
run_queue (void)
{
  struct server s;
  struct nbd_handle *h = start (&s);
  struct blocking reader = { .h = h, .call = blocking_pread };
  struct blocking poller = { .h = h, .call = blocking_poll };

  blocking_start (&reader);
  server_expect (&s, "request 0 READ 1 0 4");
  blocking_start (&poller);
  blocking_cancel (&poller);
  server_say (&s, "simple 0 1 \"data\"");
  blocking_join (&reader);
  CHECK_INT (reader.result, 0);
  check_usable (&s, h, 2);
}

static void
run_shutdown (void)
{
  struct server s;
  struct nbd_handle *h = start (&s);
  struct blocking b = { .h = h, .call = blocking_shutdown };

  blocking_start (&b);
  server_expect (&s, "request 0 DISC 1 0 0");
  blocking_cancel (&b);
  server_close (&s);
  pump (h);
  CHECK_STATE (h, "CLOSED");
  nbd_close (h);
}

static int client_socket;
static struct calls listed;

static int
connect_it (struct blocking *b)
{
  return nbd_connect_socket (b->h, client_socket);
}

static int
list_them (struct blocking *b)
{
  return nbd_opt_list (b->h, list (&listed));
}

static void
run_handshake (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct blocking connects = { .h = h, .call = connect_it };
  struct blocking lists = { .h = h, .call = list_them };

  CHECK_OK (nbd_set_opt_mode (h, true));
  set_style (h, SIMPLE);
  client_socket = server_pair (&s);
  s.waits = true;
  blocking_start (&connects);
  server_say (&s, "NBDMAGIC IHAVEOPT");
  blocking_cancel (&connects);
  CHECK_STATE (h, "CONNECTING");
  server_say (&s, "u16 3");
  pump (h);
  CHECK_STATE (h, "NEGOTIATING");

  blocking_start (&lists);
  server_expect (&s, "u32 3 option LIST");
  blocking_cancel (&lists);
  CHECK_CALLS (&listed, 0);
  CHECK_STATE (h, "CONNECTING");
  server_say (&s, "reply LIST SERVER string \"x\"\nreply LIST ACK");
  pump (h);
  CHECK_STATE (h, "NEGOTIATING");
  nbd_close (h);
  CHECK_CALLS (&listed, 0);
  server_close (&s);
}

void
test (void)
{
  if (ROW ("the reader that drives"))
    run_readers (0);
  if (ROW ("the reader that does not"))
    run_readers (1);
  if (ROW ("a poll of an idle connection"))
    run_idle (blocking_poll);
  if (ROW ("a poll with another descriptor"))
    run_idle (poll_or_pipe);
  if (ROW ("a poll that waits for the seat"))
    run_queue ();
  if (ROW ("a shutdown"))
    run_shutdown ();
  if (ROW ("connecting, and an option"))
    run_handshake ();
  check_rows_end ();
}
