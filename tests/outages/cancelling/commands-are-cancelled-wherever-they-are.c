/* SPDX-License-Identifier: MIT */
/* nbd_aio_cancel ends a command that is not sent, partly sent, sent, or
 * partly answered: it completes once, with ECANCELED.  A command that has
 * completed cannot be cancelled. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lasting.h"

#define LEN (1 << 20)

static struct server s;
static struct calls done;
static char big[LEN];

/* A handle that does not stay connected, with a small socket buffer. */
static struct nbd_handle *
handle (void)
{
  struct nbd_handle *h = nbd_create ();
  int fd = server_pair (&s), size = 4096;

  set_style (h, SIMPLE);
  setsockopt (fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  CHECK_OK (nbd_aio_connect_socket (h, fd));
  s.drives = h;
  server_handshake (&s, SIMPLE, LEN, FLAGS_ALL);
  s.drives = NULL;
  pump (h);
  done = (struct calls) { .called = 0 };
  return h;
}

static void
cancel (struct nbd_handle *h, int64_t cookie)
{
  CHECK_INT (nbd_aio_cancel (h, cookie), 1);
  CHECK_INT (done.called, 1);
  CHECK_INT (done.error, ECANCELED);
  CHECK_INT (nbd_aio_cancel (h, cookie), 0);
  CHECK_INT (nbd_aio_peek_command_completed (h), cookie);
  CHECK_FAILS (nbd_aio_command_completed (h, cookie), ECANCELED,
               "nbd_aio_cancel was called");
  CHECK_CALLS (&done, 1);
  CHECK_INT (nbd_aio_cancel (h, cookie), 0);
  CHECK_INT (nbd_aio_command_completed (h, cookie), 0);
}

static void
end (struct nbd_handle *h)
{
  char buf[4];
  int64_t read = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION,
                                          0));

  s.drives = h;
  while (server_request (&s, NULL) != (uint64_t) read)
    ;
  server_say (&s, "simple 0 %d \"abcd\"", (int) read);
  s.drives = NULL;
  pump (h);
  CHECK_INT (nbd_aio_command_completed (h, read), 1);
  CHECK_STATE (h, "READY");
  nbd_close (h);
  server_close (&s);
}

static void
not_sent (void)
{
  struct nbd_handle *h = handle ();
  char buf[4];

  int64_t first = CHECK_OK (nbd_aio_pwrite (h, big, LEN, 0,
                                            NBD_NULL_COMPLETION, 0));
  int64_t read = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&done),
                                          0));
  cancel (h, read);
  s.drives = h;
  CHECK_INT (server_request (&s, NULL), first);
  server_say (&s, "simple 0 %d", (int) first);
  s.drives = NULL;
  pump (h);
  CHECK_INT (nbd_aio_command_completed (h, first), 1);
  server_expect_nothing (&s);
  end (h);
}

static void
half_sent (void)
{
  struct nbd_handle *h = handle ();

  int64_t write = CHECK_OK (nbd_aio_pwrite (h, big, LEN, 0,
                                            completion (&done), 0));
  cancel (h, write);
  s.drives = h;
  CHECK_INT (server_request (&s, NULL), write);
  server_say (&s, "simple 0 %d", (int) write);
  s.drives = NULL;
  pump (h);
  end (h);
}

static void
sent (void)
{
  struct nbd_handle *h = handle ();
  char buf[4] = "xyz";

  int64_t read = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&done),
                                          0));
  server_request (&s, NULL);
  cancel (h, read);
  memcpy (buf, "xyz", 4);
  server_say (&s, "simple 0 %d \"abcd\"", (int) read);
  pump (h);
  CHECK_STRING (buf, "xyz");
  end (h);
}

static void
half_answered (void)
{
  struct nbd_handle *h = handle ();
  char buf[4];

  int64_t read = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&done),
                                          0));
  server_request (&s, NULL);
  server_say (&s, "simple 0 %d \"ab\"", (int) read);
  pump (h);
  cancel (h, read);
  memcpy (buf, "xyz", 4);
  server_say (&s, "\"cd\"");
  pump (h);
  CHECK_STRING (buf, "xyz");
  end (h);
}

/* The completion callback retires the command. */
static void
retired_by_callback (void)
{
  struct nbd_handle *h = handle ();
  char buf[4];

  done.gives = 1;
  int64_t read = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&done),
                                          0));
  server_request (&s, NULL);
  CHECK_INT (nbd_aio_cancel (h, read), 1);
  CHECK_CALLS (&done, 1);
  CHECK_INT (nbd_aio_cancel (h, read), 0);
  CHECK_INT (nbd_aio_command_completed (h, read), 0);
  server_say (&s, "simple 0 %d \"abcd\"", (int) read);
  pump (h);
  end (h);
}

/* The command has completed, but is not retired. */
static void
completed (void)
{
  struct nbd_handle *h = handle ();
  char buf[4];

  server_serves_read (&s, h, buf, completion (&done), 1);
  pump (h);
  CHECK_INT (nbd_aio_cancel (h, 1), 0);
  CHECK_INT (nbd_aio_command_completed (h, 1), 1);
  CHECK_CALLS (&done, 1);
  CHECK_INT (done.error, 0);
  CHECK_INT (nbd_aio_cancel (h, 1), 0);
  CHECK_INT (nbd_aio_cancel (h, 12345), 0);
  CHECK_FAILS (nbd_aio_cancel (h, 0), EINVAL, "0 is no cookie");
  end (h);
}

/* The server dies while a cancelled command is in flight: the command is not
 * reported a second time. */
static void
server_dies (void)
{
  struct nbd_handle *h = handle ();
  char buf[4];

  int64_t read = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&done),
                                          0));
  server_request (&s, NULL);
  cancel (h, read);
  server_say (&s, "u64 1 u64 2");
  pump (h);
  CHECK_STATE (h, "DEAD");
  CHECK_INT (nbd_aio_peek_command_completed (h), -1);
  CHECK_INT (nbd_aio_in_flight (h), 0);
  nbd_close (h);
  server_close (&s);
}

/* The command is cancelled while there is no connection. */
static void
in_an_outage (void)
{
  struct address a;
  struct nbd_handle *h = lasting_handle (&s, &a, SIMPLE);
  char buf[4];

  done = (struct calls) { .called = 0 };
  int64_t write = CHECK_OK (nbd_aio_pwrite (h, "abcd", 4, 0,
                                            completion (&done), 0));
  server_close (&s);
  while (nbd_get_outage (h) == 0)
    CHECK_OK (nbd_poll (h, 10));
  cancel (h, write);
  done = (struct calls) { .called = 0 };
  int64_t read = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&done),
                                          0));
  cancel (h, read);
  server_serves (&s, &a, h, SIMPLE, 1 << 20, FLAGS_ALL);
  server_expect_nothing (&s);
  CHECK_STATE (h, "READY");
  lasting_close (h, &s, &a);
}

void
test (void)
{
  not_sent ();
  half_sent ();
  sent ();
  half_answered ();
  retired_by_callback ();
  completed ();
  server_dies ();
  in_an_outage ();
}
