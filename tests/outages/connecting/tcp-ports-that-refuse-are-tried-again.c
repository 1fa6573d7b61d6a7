/* SPDX-License-Identifier: MIT */
/* A TCP port that refuses connections is tried again until there is a server:
 * when connecting with blocking calls and with others, and after a reset. */
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lasting.h"
#include "thread.h"

/* A port that belongs to this test: one socket is bound to it and never
 * listens. */
static struct sockaddr_in port = { .sin_family = AF_INET };
static char number[8];
static struct address address = { .listener = -1 };

static int
bind_socket (void)
{
  const int on = 1;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt (fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (bind (fd, (struct sockaddr *) &port, sizeof port) == -1)
    FAIL ("bind: %s", strerror (errno));
  return fd;
}

static void
listen_again (void)
{
  address.listener = bind_socket ();
  CHECK_INT (listen (address.listener, 16), 0);
}

/* The client sees a reset, and nobody listens on the port. */
static void
reset (struct server *s)
{
  struct linger at_once = { .l_onoff = 1 };

  address_leave (&address);
  setsockopt (s->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  server_close (s);
}

static struct nbd_handle *
new_handle (struct events *e)
{
  struct nbd_handle *h = patient_handle ();

  CHECK_OK (nbd_set_connect_timeout (h, -1));
  CHECK_OK (nbd_set_event_callback (h, events (e)));
  set_style (h, SIMPLE);
  return h;
}

/* Wait until the thread that drives the handle was refused this many more
 * times. */
static void
await_refusals (struct events *e, unsigned more)
{
  int called = __atomic_load_n (&e->calls.called, __ATOMIC_ACQUIRE);

  while (__atomic_load_n (&e->calls.called, __ATOMIC_ACQUIRE)
         < called + (int) more)
    sched_yield ();
}

static void
serve (struct server *s)
{
  listen_again ();
  server_awaits (s, &address);
  server_handshake (s, SIMPLE, 4096, FLAGS_ALL);
}

static int
connect_blocking (struct blocking *b)
{
  return nbd_connect_tcp (b->h, "127.0.0.1", number);
}

static int
connect_polling (struct blocking *b)
{
  if (nbd_aio_connect_tcp (b->h, "127.0.0.1", number) == -1)
    return -1;
  while (nbd_aio_is_connecting (b->h))
    if (nbd_poll (b->h, -1) == -1)
      return -1;
  return 0;
}

static char buf[4];

static int
read_block (struct blocking *b)
{
  return nbd_pread (b->h, buf, sizeof buf, 0, 0);
}

static void
connect_and_reset (int (*connect) (struct blocking *b))
{
  struct events e = { .letters = "" };
  struct server s;
  struct blocking b = { .h = new_handle (&e), .call = connect };

  blocking_start (&b);
  await_refusals (&e, 2);
  serve (&s);
  blocking_join (&b);
  CHECK_INT (b.result, 0);
  CHECK_STATE (b.h, "READY");
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_ATTEMPT_FAILED], "refused");

  e.letters[0] = '\0';
  b.call = read_block;
  blocking_start (&b);
  server_request (&s, NULL);
  reset (&s);
  await_refusals (&e, 2);
  serve (&s);
  uint64_t cookie = server_request (&s, NULL);
  server_say (&s, "simple 0 %llu \"abcd\"", (unsigned long long) cookie);
  blocking_join (&b);
  CHECK_INT (b.result, 0);
  CHECK_BYTES (buf, sizeof buf, "abcd", 4);
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_LOST], "reset by peer");
  CHECK_INT (e.letters[0], 'L');
  CHECK_INT (e.letters[strlen (e.letters) - 1], 'B');
  nbd_close (b.h);
  server_close (&s);
  address_leave (&address);
}

void
test (void)
{
  socklen_t len = sizeof port;

  port.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  int holder = bind_socket ();
  CHECK_INT (getsockname (holder, (struct sockaddr *) &port, &len), 0);
  snprintf (number, sizeof number, "%u", ntohs (port.sin_port));
  connect_and_reset (connect_blocking);
  connect_and_reset (connect_polling);
  close (holder);
}
