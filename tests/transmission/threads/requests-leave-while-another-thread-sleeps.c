/* SPDX-License-Identifier: MIT */

/* One thread sleeps until the reply to its read, which comes only after the
 * writes of other threads were answered.  However these threads wait, their
 * writes are sent, through a socket that takes little at once. */

#include <poll.h>

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"

/* SMALL is less, and LARGE is more, than a transport with a buffer takes at
 * once. */
#define SMALL 100000
#define LARGE 1000000
#define WRITERS 4

static char payload[LARGE];

/* Ways to write and to wait, each in a thread.  `number` is the length of the
 * write. */

static int
block (struct blocking *b)
{
  return nbd_pwrite (b->h, payload, b->number, 0, 0);
}

static int
poll_until_written (struct blocking *b)
{
  int64_t cookie = nbd_aio_pwrite (b->h, payload, b->number, 0,
                                   NBD_NULL_COMPLETION, 0);
  int r = cookie == -1 ? -1 : 0;

  while (r == 0)
    if (nbd_poll (b->h, b->flags ? 1 : -1) == -1)
      r = -1;
    else
      r = nbd_aio_command_completed (b->h, cookie);
  return r;
}

/* Do what a main loop does.  The reader drives the rest. */
static int
notify (struct blocking *b)
{
  struct pollfd fd = { .fd = nbd_aio_get_fd (b->h), .events = POLLOUT };

  if (nbd_aio_pwrite (b->h, payload, b->number, 0, NBD_NULL_COMPLETION, 0)
      == -1)
    return -1;
  while ((nbd_aio_get_direction (b->h) & LIBNBD_AIO_DIRECTION_WRITE) != 0)
    if (poll (&fd, 1, -1) == 1 && nbd_aio_notify_write (b->h) == -1)
      return -1;
  return 0;
}

static const struct way {
  const char *name;
  int (*call) (struct blocking *b);
  int writers;
  bool has_timeout;
  bool ends_first; /* the writers end before the read does */
} ways[] = {
  { "a blocking write", block, 1, false, true },
  { "blocking writes", block, WRITERS, false, true },
  { "poll", poll_until_written, 1, false, false },
  { "polls", poll_until_written, WRITERS, false, false },
  { "poll with a timeout", poll_until_written, 1, true, true },
  { "polls with a timeout", poll_until_written, WRITERS, true, true },
  { "notifications", notify, 1, false, false },
};

static void
start_reader (struct server *s, struct nbd_handle *h, struct blocking *reader)
{
  client_room (h, 1);
  *reader = (struct blocking) { .h = h, .call = blocking_pread };
  s->waits = true;
  blocking_start (reader);
  server_expect (s, "request 0 READ 1 0 4");
}

static void
join (struct blocking *b, int n)
{
  for (int i = 0; i < n; i++) {
    blocking_join (&b[i]);
    if (b[i].result == -1)
      FAIL ("%s", b[i].error);
  }
}

/* A thread may begin to poll when everything that it waits for has arrived,
 * so send one more reply for each. */
static void
wake (struct server *s, struct nbd_handle *h, int n)
{
  static char buf[4];

  for (int i = 0; i < n; i++) {
    CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION, 0));
    server_say (s, "simple 0 %d \"more\"", (int) server_request (s, NULL));
  }
}

static void
run (const struct way *way, int size)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct blocking reader, writers[WRITERS];

  start_reader (&s, h, &reader);
  for (int i = 0; i < way->writers; i++) {
    writers[i] = (struct blocking) {
      .h = h,
      .call = way->call,
      .number = size,
      .flags = way->has_timeout,
    };
    blocking_start (&writers[i]);
  }
  for (int i = 0; i < way->writers; i++)
    server_say (&s, "simple 0 %d", (int) server_request (&s, NULL));
  if (way->ends_first)
    join (writers, way->writers);
  server_say (&s, "simple 0 1 \"data\"");
  join (&reader, 1);
  if (!way->ends_first) {
    wake (&s, h, way->writers);
    join (writers, way->writers);
  }
  nbd_close (h);
  server_close (&s);
}

/* Shut down while a write that nobody waits for is before the disconnect
 * request. */
static void
run_shutdown (int size)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct blocking reader, shutdown = { .h = h, .call = blocking_shutdown };

  start_reader (&s, h, &reader);
  CHECK_OK (nbd_aio_pwrite (h, payload, size, 0, NBD_NULL_COMPLETION, 0));
  blocking_start (&shutdown);
  CHECK_INT (server_request (&s, NULL), 2);
  server_expect (&s, "request 0 DISC 3 0 0");
  server_say (&s, "simple 0 2");
  server_say (&s, "simple 0 1 \"data\"");
  server_close (&s);
  join (&shutdown, 1);
  join (&reader, 1);
  nbd_close (h);
}

void
test (void)
{
  static const int sizes[] = { SMALL, LARGE };

  for (int i = 0; i < 2; i++) {
    for (size_t w = 0; w < sizeof ways / sizeof ways[0]; w++) {
      check_case ("%s, %d bytes", ways[w].name, sizes[i]);
      run (&ways[w], sizes[i]);
    }
    check_case ("shutdown, %d bytes", sizes[i]);
    run_shutdown (sizes[i]);
  }
}
