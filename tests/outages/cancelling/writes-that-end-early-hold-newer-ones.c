/* SPDX-License-Identifier: MIT */
/* A write that is cancelled while half of it is sent gives its buffer back,
 * and the rest is sent from a copy.  A newer write to the same range waits
 * until the server has answered the old one; other writes do not wait.  This
 * holds for every handle. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "check.h"
#include "client.h"
#include "server.h"

#define LEN (1 << 20)

/* A handle that is connected through a socket with a small buffer. */
static struct nbd_handle *
connected (struct server *s, bool lasting)
{
  struct nbd_handle *h = nbd_create ();
  int fd = server_pair (s), size = 4096;

  if (lasting)
    CHECK_OK (nbd_set_command_timeout (h, 3600 * 1000));
  setsockopt (fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  set_style (h, SIMPLE);
  CHECK_OK (nbd_aio_connect_socket (h, fd));
  s->drives = h;
  server_handshake (s, SIMPLE, 2 * LEN, FLAGS_ALL);
  s->drives = NULL;
  pump (h);
  CHECK_STATE (h, "READY");
  return h;
}

static void
cancel (bool lasting)
{
  struct server s;
  struct calls old = { .called = 0 }, new = { .called = 0 },
               other = { .called = 0 };
  struct nbd_handle *h = connected (&s, lasting);
  char *buf = malloc (LEN), *want = malloc (LEN);

  memset (buf, 'a', LEN);
  memset (want, 'a', LEN);
  int64_t first = CHECK_OK (nbd_aio_pwrite (h, buf, LEN, 0, completion (&old),
                                            0));
  CHECK_INT (nbd_aio_cancel (h, first), 1);
  CHECK_INT (old.error, ECANCELED);
  CHECK_FAILS (nbd_aio_command_completed (h, first), ECANCELED,
               "write: command failed: nbd_aio_cancel was called");
  CHECK_CALLS (&old, 1);
  CHECK_INT (nbd_stats_ghosts (h), 1);
  memset (buf, 'b', LEN);

  int64_t held = CHECK_OK (nbd_aio_pwrite (h, "new", 3, LEN - 1,
                                           completion (&new), 0));
  int64_t free_one = CHECK_OK (nbd_aio_pwrite (h, "two", 3, LEN,
                                               completion (&other), 0));
  s.drives = h;
  server_expect (&s, "request 0 WRITE 1 0 1048576");
  server_need (&s, LEN);
  CHECK (memcmp (s.in.p, want, LEN) == 0);
  bytes_drop (&s.in, LEN);
  server_expect (&s, "request 0 WRITE 3 1048576 3 \"two\"");
  server_say (&s, "simple 0 3");
  s.drives = NULL;
  pump (h);
  CHECK_INT (other.called, 1);
  CHECK_INT (other.error, 0);
  server_expect_nothing (&s);

  /* The late reply lays the ghost. */
  server_say (&s, "simple EIO 1");
  pump (h);
  CHECK_INT (nbd_stats_ghosts (h), 0);
  server_expect (&s, "request 0 WRITE 2 1048575 3 \"new\"");
  server_say (&s, "simple 0 2");
  pump (h);
  CHECK_INT (nbd_aio_command_completed (h, held), 1);
  CHECK_INT (nbd_aio_command_completed (h, free_one), 1);
  CHECK_STATE (h, "READY");
  nbd_close (h);
  server_close (&s);
  free (buf);
  free (want);
}

void
test (void)
{
  cancel (true);
  cancel (false);
}
