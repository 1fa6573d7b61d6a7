/* SPDX-License-Identifier: MIT */

/* nbd_aio_notify_read stops reading although there is more to read, so that a
 * fast server does not starve the rest of the program.  Edge-triggered loops
 * call nbd_aio_is_drained to learn this, on handles with the one descriptor
 * and on handles with a socket. */

#include <sys/socket.h>

#include "check.h"
#include "client.h"
#include "returning.h"

#define COMMANDS 40
#define SIZE (64 * 1024)

/* What the server still has to send.  It sends while the client reads. */
static int server_fd;
static struct bytes replies;

static void
send_more (void)
{
  while (replies.len > 0) {
    ssize_t n = send (server_fd, replies.p, replies.len,
                      MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n <= 0)
      return;
    bytes_drop (&replies, n);
  }
}

static unsigned completed;

static int
on_completion (void *opaque, int *error)
{
  (void) opaque, (void) error;
  completed++;
  send_more ();
  return 1;
}

static void
much_is_read (struct server *s, struct nbd_handle *h)
{
  static char buf[SIZE];
  nbd_completion_callback done = { .callback = on_completion };
  int stops = 0;

  completed = 0;
  for (int i = 0; i < COMMANDS; i++)
    CHECK_OK (nbd_aio_pread (h, buf, SIZE, 0, done, 0));
  pump (h);
  CHECK (nbd_aio_is_drained (h));
  for (int i = 0; i < COMMANDS; i++) {
    put_uint (&replies, 0x67446698, 4);
    put_uint (&replies, 0, 4);
    put_uint (&replies, server_request (s, NULL), 8);
    put_pattern (&replies, 0, SIZE);
  }
  server_fd = s->fd;
  send_more ();
  CHECK (!nbd_aio_is_drained (h));
  while (completed < COMMANDS) {
    send_more ();
    CHECK_OK (nbd_aio_notify_read (h));
    stops += !nbd_aio_is_drained (h);
  }
  CHECK (stops > 0);
  CHECK (nbd_aio_is_drained (h));
  bytes_free (&replies);
}

/* nbd_poll leaves a reply in the library's buffer once it has completed a
 * command. */
static void
more_was_received (struct server *s, struct nbd_handle *h)
{
  char buf[8];
  uint64_t cookies[2];

  for (int i = 0; i < 2; i++)
    CHECK_OK (nbd_aio_pread (h, buf, 4, 0,
                             (nbd_completion_callback) {
                               .callback = on_completion,
                             },
                             0));
  pump (h);
  for (int i = 0; i < 2; i++)
    cookies[i] = server_request (s, NULL);
  server_say (s, "simple 0 %llu \"abcd\" simple 0 %llu \"abcd\"",
              (unsigned long long) cookies[0],
              (unsigned long long) cookies[1]);
  CHECK_INT (nbd_poll (h, -1), 1);
  CHECK (!nbd_aio_is_drained (h));
  pump (h);
  CHECK (nbd_aio_is_drained (h));
}

static void
socket_tells (void)
{
  struct nbd_handle *h = nbd_create ();
  struct server s;

  CHECK (nbd_aio_is_drained (h));
  server_connect (&s, h, SIMPLE, 1 << 20, FLAGS_ALL);
  much_is_read (&s, h);
  more_was_received (&s, h);
  server_close (&s);
  CHECK (!nbd_aio_is_drained (h));
  CHECK_OK (nbd_aio_notify_read (h));
  CHECK (nbd_aio_is_drained (h));
  nbd_close (h);
}

static void
one_descriptor_tells (void)
{
  struct nbd_handle *h = nbd_create ();
  struct returning r;

  CHECK_OK (nbd_set_reconnect_timeout (h, -1));
  CHECK (nbd_aio_is_drained (h));
  returning_connect (&r, h);
  much_is_read (&r.s, h);
  returning_hang_up (&r);
  CHECK (!nbd_aio_is_drained (h));
  returning_again (&r, h);
  CHECK (nbd_aio_is_drained (h));
  nbd_close (h);
  returning_close (&r);
}

void
test (void)
{
  socket_tells ();
  one_descriptor_tells ();
}
