/* SPDX-License-Identifier: MIT */

/* Servers that come and go at an address, for handles that stay connected. */

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lasting.h"

/* How long one turn of driving may wait.  The number of turns has no limit. */
#define TURN_MS 20

void
address_open (struct address *a)
{
  const char *tmp = getenv ("TMPDIR");

  if (tmp == NULL || strlen (tmp) > 40)
    tmp = "/tmp";
  a->listener = a->holder = -1;
  snprintf (a->dir, sizeof a->dir, "%s/causewayXXXXXX", tmp);
  if (mkdtemp (a->dir) == NULL)
    FAIL ("mkdtemp: %s", strerror (errno));
  snprintf (a->path, sizeof a->path, "%s/sock", a->dir);
}

/* Make a socket with the address, which several sockets can have. */
static int
bound (const struct sockaddr *addr, socklen_t len)
{
  int on = 1;
  int fd = socket (addr->sa_family,
                   SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  if (fd == -1
      || setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == -1
      || bind (fd, addr, len) == -1)
    FAIL ("bind: %s", strerror (errno));
  return fd;
}

void
address_open_tcp (struct address *a)
{
  socklen_t len = sizeof a->in;

  memset (a, 0, sizeof *a);
  a->listener = -1;
  a->in.sin_family = AF_INET;
  a->in.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  a->holder = bound ((struct sockaddr *) &a->in, len);
  if (getsockname (a->holder, (struct sockaddr *) &a->in, &len) == -1)
    FAIL ("getsockname: %s", strerror (errno));
  snprintf (a->port, sizeof a->port, "%u", ntohs (a->in.sin_port));
}

void
address_listen (struct address *a)
{
  struct sockaddr_un un = { .sun_family = AF_UNIX };

  if (a->holder >= 0)
    a->listener = bound ((struct sockaddr *) &a->in, sizeof a->in);
  else {
    unlink (a->path);
    strcpy (un.sun_path, a->path);
    a->listener = bound ((struct sockaddr *) &un, sizeof un);
  }
  if (listen (a->listener, 16) == -1)
    FAIL ("listen: %s", strerror (errno));
}

void
address_leave (struct address *a)
{
  if (a->listener >= 0)
    close (a->listener);
  a->listener = -1;
}

void
address_close (struct address *a)
{
  address_leave (a);
  if (a->holder >= 0) {
    close (a->holder);
    return;
  }
  unlink (a->path);
  rmdir (a->dir);
}

static void
turn (struct nbd_handle *h)
{
  if (nbd_poll (h, TURN_MS) == -1 && !nbd_aio_is_dead (h))
    FAIL ("nbd_poll: %s", nbd_get_error ());
}

static bool
accepted (struct server *s, const struct address *a)
{
  s->fd = accept4 (a->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (s->fd == -1 && errno != EAGAIN)
    FAIL ("accept: %s", strerror (errno));
  return s->fd >= 0;
}

bool
server_is_asked (struct server *s, const struct address *a)
{
  *s = (struct server) { .fd = -1 };
  return accepted (s, a);
}

void
server_awaits (struct server *s, const struct address *a)
{
  struct pollfd fd = { .fd = a->listener, .events = POLLIN };

  *s = (struct server) { .waits = true };
  do {
    poll (&fd, 1, -1);
  } while (!accepted (s, a));
}

void
server_accept (struct server *s, const struct address *a,
               struct nbd_handle *h)
{
  *s = (struct server) { .fd = -1 };
  while (!accepted (s, a)) {
    if (nbd_aio_is_dead (h))
      FAIL ("the handle died: %s",
            nbd_poll (h, 0) == -1 ? nbd_get_error () : "");
    turn (h);
  }
}

void
server_serves (struct server *s, const struct address *a,
               struct nbd_handle *h, enum style style, uint64_t size,
               uint16_t flags)
{
  server_accept (s, a, h);
  s->drives = h;
  server_handshake (s, style, size, flags);
  s->drives = NULL;
  pump (h);
}

struct nbd_handle *
patient_handle (void)
{
  struct nbd_handle *h = nbd_create ();

  if (h == NULL)
    FAIL ("%s", nbd_get_error ());
  CHECK_OK (nbd_set_reconnect_timeout (h, -1));
  CHECK_OK (nbd_set_quarantine (h, 0));
  return h;
}

void
lasting_connect (struct nbd_handle *h, struct server *s, struct address *a,
                 enum style style, uint16_t flags)
{
  set_style (h, style);
  address_open (a);
  address_listen (a);
  CHECK_OK (nbd_aio_connect_unix (h, a->path));
  server_serves (s, a, h, style, 1 << 20, flags);
}

void
lasting_close (struct nbd_handle *h, struct server *s, struct address *a)
{
  nbd_close (h);
  server_close (s);
  address_close (a);
}

struct nbd_handle *
lasting_handle (struct server *s, struct address *a, enum style style)
{
  struct nbd_handle *h = patient_handle ();

  lasting_connect (h, s, a, style, FLAGS_ALL);
  CHECK_STATE (h, "READY");
  return h;
}

void
server_refuses (const struct address *a, struct nbd_handle *h,
                const char *reply)
{
  struct server s;

  server_accept (&s, a, h);
  s.drives = h;
  server_say (&s, "NBDMAGIC IHAVEOPT u16 FIXED_NEWSTYLE|NO_ZEROES");
  server_need (&s, 4 + 16 + 8);
  server_say (&s, "%s", reply);
  pump (h);
  server_close (&s);
}

void
server_restarts (struct server *s, const struct address *a,
                 struct nbd_handle *h, enum style style)
{
  server_close (s);
  server_serves (s, a, h, style, 1 << 20, FLAGS_ALL);
}

void
drive_until (struct nbd_handle *h, const char *state)
{
  while (strcmp (state_name (h), state) != 0)
    turn (h);
}

void
is_served (struct server *s, struct nbd_handle *h)
{
  struct calls done = { .gives = 1 };
  char buf[4];

  drive_until (h, "READY");
  CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&done), 0));
  CHECK_OK (nbd_poll (h, 0));
  server_say (s, "simple 0 %llu \"abcd\"",
              (unsigned long long) server_request (s, NULL));
  while (done.called == 0)
    CHECK_OK (nbd_poll (h, -1));
}

int
drive_command (struct nbd_handle *h, int64_t cookie)
{
  int r;

  while ((r = nbd_aio_command_completed (h, cookie)) == 0)
    turn (h);
  return r;
}

static int
on_event (void *opaque, unsigned event, const char *message, int64_t value)
{
  static const char letters[] = "CLABGU";
  struct events *e = opaque;
  size_t len = strlen (e->letters);

  e->calls.called++;
  if (e->calls.freed > 0)
    e->calls.called_after_free++;
  CHECK (event < sizeof letters - 1);
  if (len + 1 < sizeof e->letters)
    e->letters[len] = letters[event];
  snprintf (e->message[event], sizeof e->message[event], "%s", message);
  e->value[event] = value;
  return -1;
}

static void
on_free (void *opaque)
{
  struct events *e = opaque;

  e->calls.freed++;
}

nbd_event_callback
events (struct events *e)
{
  return (nbd_event_callback) { .callback = on_event,
                                .user_data = e,
                                .free = on_free };
}
