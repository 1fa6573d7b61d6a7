/* SPDX-License-Identifier: MIT */
/* With a stall timeout, a connection is lost when the server neither sends
 * nor takes a byte for that long while commands are in flight.  An idle
 * connection is not lost. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "lasting.h"

#define SILENCE 100

static struct nbd_handle *
handle (struct server *s)
{
  struct nbd_handle *h = nbd_create ();
  int fd = server_pair (s), size = 4096;

  CHECK_OK (nbd_set_stall_timeout (h, SILENCE));
  set_style (h, SIMPLE);
  setsockopt (fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  CHECK_OK (nbd_aio_connect_socket (h, fd));
  s->drives = h;
  server_handshake (s, SIMPLE, 1 << 20, FLAGS_ALL);
  s->drives = NULL;
  pump (h);
  return h;
}

static void
dies (struct server *s, struct nbd_handle *h, int64_t cookie)
{
  while (nbd_poll (h, -1) != -1)
    ;
  CHECK_ERROR (ETIMEDOUT,
               "the server has neither sent nor taken a byte for 0.1 s with "
               "1 command in flight");
  CHECK_STATE (h, "DEAD");
  CHECK_FAILS (nbd_aio_command_completed (h, cookie), ENOTCONN,
               "nbd_aio_command_completed: the server has neither sent");
  nbd_close (h);
  server_close (s);
}

static void
no_reply (void)
{
  struct server s;
  struct nbd_handle *h = handle (&s);
  char buf[4];

  /* Nothing is in flight. */
  CHECK_INT (nbd_poll (h, 3 * SILENCE), 0);
  CHECK_STATE (h, "READY");
  int64_t read = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION,
                                          0));
  server_request (&s, NULL);
  dies (&s, h, read);
}

static void
half_a_reply (void)
{
  struct server s;
  struct nbd_handle *h = handle (&s);
  char buf[4];

  int64_t read = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION,
                                          0));
  server_request (&s, NULL);
  server_say (&s, "simple 0 %d \"ab\"", (int) read);
  dies (&s, h, read);
}

static void
takes_nothing (void)
{
  struct server s;
  struct nbd_handle *h = handle (&s);
  char *buf = calloc (1, 1 << 20);

  int64_t write = CHECK_OK (nbd_aio_pwrite (h, buf, 1 << 20, 0,
                                            NBD_NULL_COMPLETION, 0));
  dies (&s, h, write);
  free (buf);
}

/* With a reconnect timeout, the handle connects again. */
static void
another_comes (void)
{
  struct address a;
  struct server s, silent;
  struct events e = { .letters = "" };
  char buf[4];
  struct nbd_handle *h = patient_handle ();

  CHECK_OK (nbd_set_stall_timeout (h, SILENCE));
  CHECK_OK (nbd_set_event_callback (h, events (&e)));
  set_style (h, SIMPLE);
  address_open (&a);
  address_listen (&a);
  CHECK_OK (nbd_aio_connect_unix (h, a.path));
  server_serves (&silent, &a, h, SIMPLE, 4096, FLAGS_ALL);
  int64_t read = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION,
                                          0));
  server_serves (&s, &a, h, SIMPLE, 4096, FLAGS_ALL);
  server_request (&s, NULL);
  server_say (&s, "simple 0 %llu \"abcd\"", WIRE (1, read));
  CHECK_INT (drive_command (h, read), 1);
  CHECK_CONTAINS (e.letters, "CL");
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_LOST],
                  "(the server has neither sent nor taken a byte for 0.1 s "
                  "with 1 command in flight");
  nbd_close (h);
  server_close (&s);
  server_close (&silent);
  address_close (&a);
}

static void
does_not_hang_up (void)
{
  struct server s;
  struct nbd_handle *h = handle (&s);

  CHECK_FAILS (nbd_shutdown (h, 0), ETIMEDOUT,
               "the server has not closed the connection within 0.1 s after "
               "NBD_CMD_DISC");
  CHECK_STATE (h, "DEAD");
  nbd_close (h);
  server_close (&s);
}

/* With a reconnect timeout, a lost connection from which nothing is needed is
 * no failure. */
static void
need_not_hang_up (void)
{
  struct address a;
  struct server s;
  struct nbd_handle *h = patient_handle ();

  CHECK_OK (nbd_set_stall_timeout (h, SILENCE));
  lasting_connect (h, &s, &a, SIMPLE, FLAGS_ALL);
  CHECK_INT (nbd_shutdown (h, 0), 0);
  CHECK_STATE (h, "CLOSED");
  lasting_close (h, &s, &a);
}

void
test (void)
{
  no_reply ();
  half_a_reply ();
  takes_nothing ();
  another_comes ();
  does_not_hang_up ();
  need_not_hang_up ();
}
