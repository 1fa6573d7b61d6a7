/* SPDX-License-Identifier: MIT */

/* TCP connections have the keepalive times that were set, if the library has
 * opened them and if they were given to it.  Other sockets do not get these
 * options, and no socket gets them if keepalive is off. */

#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "process.h"

static const struct {
  const char *name;
  int set;                              /* ms */
  int on, idle, interval, user_timeout; /* s; the last one in ms */
} rows[] = {
  { "an odd time", 9500, 1, 10, 3, 19000 },
  { "a long time", 60000, 1, 60, 20, 120000 },
  { "the shortest", 1, 1, 1, 1, 4000 },
  { "the longest", INT_MAX, 1, 32767, 10922, 65533000 },
  { "off", 0, 0, 0, 0, 0 },
  { "never", -1, 0, 0, 0, 0 },
};

static int listener;
static char port[8];

static int
option (int sock, int level, int name)
{
  int value = -1;
  socklen_t len = sizeof value;

  CHECK_INT (getsockopt (sock, level, name, &value, &len), 0);
  return value;
}

/* TCP sockets have times also if keepalive is off, so these are not
 * compared. */
static void
check_socket (size_t i, int sock)
{
  CHECK_INT (option (sock, SOL_SOCKET, SO_KEEPALIVE), rows[i].on);
  CHECK_INT (option (sock, IPPROTO_TCP, TCP_USER_TIMEOUT),
             rows[i].user_timeout);
  if (rows[i].on == 0)
    return;
  CHECK_INT (option (sock, IPPROTO_TCP, TCP_KEEPIDLE), rows[i].idle);
  CHECK_INT (option (sock, IPPROTO_TCP, TCP_KEEPINTVL), rows[i].interval);
  CHECK_INT (option (sock, IPPROTO_TCP, TCP_KEEPCNT), 3);
}

static void
run (size_t i)
{
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_keepalive (h, rows[i].set));
  CHECK_OK (nbd_aio_connect_tcp (h, "127.0.0.1", port));
  check_socket (i, nbd_aio_get_fd (h));
  int given = dup (nbd_aio_get_fd (h));
  nbd_close (h);

  /* Set the options back to the defaults of a socket. */
  int off = 0;
  CHECK_INT (setsockopt (given, SOL_SOCKET, SO_KEEPALIVE, &off, sizeof off),
             0);
  CHECK_INT (
    setsockopt (given, IPPROTO_TCP, TCP_USER_TIMEOUT, &off, sizeof off), 0);
  h = nbd_create ();
  CHECK_OK (nbd_set_keepalive (h, rows[i].set));
  CHECK_OK (nbd_aio_connect_socket (h, given));
  check_socket (i, given);
  nbd_close (h);

  int pair[2];
  CHECK_INT (socketpair (AF_UNIX, SOCK_STREAM, 0, pair), 0);
  h = nbd_create ();
  CHECK_OK (nbd_set_keepalive (h, rows[i].set));
  CHECK_OK (nbd_aio_connect_socket (h, pair[0]));
  CHECK_INT (option (pair[0], SOL_SOCKET, SO_KEEPALIVE), 0);
  nbd_close (h);
  close (pair[1]);
}

void
test (void)
{
  uint16_t number;

  listener = tcp_listener (AF_INET, &number);
  snprintf (port, sizeof port, "%u", number);
  RUN_ROWS (rows, run);
  close (listener);
}
