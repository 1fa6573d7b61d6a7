/* SPDX-License-Identifier: MIT */

/* The connection ends by a reset of TCP, or is closed between two replies.  In
 * both cases each command without a reply fails exactly once, and commands
 * with a reply stay as they are. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "styles.h"

#define N 8

/* Connect the server and the handle with TCP on the loopback. */
static void
tcp_pair (struct server *s, struct nbd_handle *h)
{
  struct sockaddr_in sin = {
    .sin_family = AF_INET,
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
  };
  socklen_t len = sizeof sin;
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (listener == -1 || fd == -1
      || bind (listener, (struct sockaddr *) &sin, len) == -1
      || listen (listener, 1) == -1
      || getsockname (listener, (struct sockaddr *) &sin, &len) == -1
      || connect (fd, (struct sockaddr *) &sin, len) == -1)
    FAIL ("loopback: %m");
  *s = (struct server) {
    .fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK),
  };
  if (s->fd == -1)
    FAIL ("accept: %m");
  close (listener);
  CHECK_OK (nbd_aio_connect_socket (h, fd));
}

/* Close the connection in such a way that the client gets a reset. */
static void
reset (struct server *s)
{
  struct linger now = { .l_onoff = 1, .l_linger = 0 };

  if (setsockopt (s->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now) == -1)
    FAIL ("SO_LINGER: %m");
  close (s->fd);
  s->fd = -1;
}

static void
finish (enum style style, bool resets)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct calls calls[N] = { 0 };
  uint8_t buf[N][512] = { 0 };

  set_style (h, style);
  tcp_pair (&s, h);
  s.waits = true; /* TCP does not deliver at once */
  s.drives = h;
  server_handshake (&s, style, 1 << 20, FLAGS_ALL);
  while (!nbd_aio_is_ready (h))
    CHECK_OK (nbd_poll (h, -1));
  for (int i = 0; i < N; i++)
    CHECK_OK (
      i % 2 ? nbd_aio_pwrite (h, buf[i], 512, 0, completion (&calls[i]), 0)
            : nbd_aio_pread (h, buf[i], 512, 0, completion (&calls[i]), 0));
  server_need (&s, N * request_size (style));
  say_data (&s, style, 1, 0, 512);
  say_success (&s, style, 2, 0);
  while (calls[0].called + calls[1].called < 2)
    CHECK_OK (nbd_poll (h, -1));
  if (resets)
    reset (&s);
  else
    server_half_close (&s);
  while (!nbd_aio_is_dead (h) && !nbd_aio_is_closed (h))
    nbd_poll (h, -1);
  CHECK_STATE (h, resets ? "DEAD" : "CLOSED");
  for (int i = 0; i < N; i++) {
    CHECK_INT (calls[i].called, 1);
    CHECK_INT (calls[i].error, i < 2 ? 0 : ENOTCONN);
    if (i < 2)
      CHECK_INT (nbd_aio_command_completed (h, i + 1), 1);
    else
      CHECK_FAILS (nbd_aio_command_completed (h, i + 1), ENOTCONN, "closed");
  }
  CHECK_INT (nbd_aio_in_flight (h), 0);
  nbd_close (h);
  for (int i = 0; i < N; i++)
    CHECK_CALLS (&calls[i], 1);
  server_close (&s);
}

static void
run_reset (enum style style)
{
  finish (style, true);
}

static void
run_end (enum style style)
{
  finish (style, false);
}

void
test (void)
{
  FOR_EACH_STYLE (style, run_reset);
  FOR_EACH_STYLE (style, run_end);
  check_rows_end ();
}
