/* SPDX-License-Identifier: MIT */

/* Lives of handles that connect in each possible way: see life.h. */

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"
#include "life.h"
#include "peer.h"

static void
tcp (struct outcome *o)
{
  const char *port = peer_listen_tcp ();
  struct nbd_handle *h = create (o);

  if (h != NULL) {
    if (TRY (nbd_connect_tcp (h, "127.0.0.1", port)) == 0)
      TRY (nbd_shutdown (h, 0));
    end (h);
  }
  peer_join ();
}

/* One turn of a program that calls poll itself. */
static int
notify (struct nbd_handle *h, struct outcome *o)
{
  unsigned direction = LIB (nbd_aio_get_direction (h));
  struct pollfd fds = { .fd = LIB (nbd_aio_get_fd (h)) };

  if ((direction & LIBNBD_AIO_DIRECTION_READ) != 0)
    fds.events |= POLLIN;
  if ((direction & LIBNBD_AIO_DIRECTION_WRITE) != 0)
    fds.events |= POLLOUT;
  CHECK (poll (&fds, 1, -1) == 1);
  if ((fds.revents & POLLOUT) != 0)
    return TRY (nbd_aio_notify_write (h));
  return TRY (nbd_aio_notify_read (h));
}

static void
address (struct outcome *o)
{
  struct sockaddr_un un = { .sun_family = AF_UNIX };
  struct nbd_handle *h = create (o);

  snprintf (un.sun_path, sizeof un.sun_path, "%s", peer_listen ());
  if (h != NULL) {
    if (TRY (nbd_aio_connect (h, (struct sockaddr *) &un, sizeof un)) == 0)
      while (LIB (nbd_aio_is_connecting (h)) == 1 && notify (h, o) != -1)
        ;
    end (h);
  }
  peer_join ();
}

static void
unix_socket (struct outcome *o)
{
  const char *path = peer_listen ();
  struct nbd_handle *h = create (o);

  if (h != NULL) {
    if (TRY (nbd_connect_unix (h, path)) == 0)
      TRY (nbd_shutdown (h, 0));
    end (h);
  }
  peer_join ();
}

static void
uri (struct outcome *o)
{
  char text[200];
  struct nbd_handle *h = create (o);

  snprintf (text, sizeof text, "nbd+unix:///disk?socket=%s", peer_listen ());
  if (h != NULL) {
    if (LIB (nbd_supports_uri (h)) == 1
        && TRY (nbd_connect_uri (h, text)) == 0) {
      TRY_STRING (nbd_get_uri (h));
      TRY (nbd_shutdown (h, 0));
    }
    end (h);
  }
  peer_join ();
}

/* A child that is an oldstyle server, and never replies to a request. */
static void
command (struct outcome *o)
{
  static const char server[] =
    "printf NBDMAGIC'\\000\\000\\102\\002\\201\\206\\022\\123';"
    "printf '\\000\\000\\000\\000\\000\\020\\000\\000\\000\\000\\000\\001';"
    "head -c 124 /dev/zero;"
    "exec cat >/dev/null 2>&1";
  char *argv[] = { "sh", "-c", (char *) server, NULL };
  struct nbd_handle *h = create (o);

  if (h == NULL)
    return;
  if (TRY (nbd_connect_command (h, argv)) == 0) {
    CHECK_INT (LIB (nbd_get_size (h)), PEER_SIZE);
    TRY (nbd_get_subprocess_pid (h));
    TRY (nbd_kill_subprocess (h, 0));
  }
  end (h);
}

/* A child that serves all that the library can use. */
static void
served_command (struct outcome *o)
{
  char *argv[] = { (char *) peer_program (), (char *) "--serve-stdio", NULL };
  struct nbd_handle *h = create (o);

  if (h == NULL)
    return;
  if (TRY (nbd_connect_command (h, argv)) == 0)
    TRY (nbd_shutdown (h, 0));
  end (h);
}

static void
activation (struct outcome *o)
{
  char *argv[] = {
    (char *) peer_program (),
    (char *) "--serve-listener",
    NULL,
  };
  struct nbd_handle *h = create (o);

  if (h == NULL)
    return;
  TRY (nbd_set_socket_activation_name (h, "here"));
  if (TRY (nbd_connect_systemd_socket_activation (h, argv)) == 0)
    TRY (nbd_shutdown (h, 0));
  end (h);
}

/* A child that is still running when the handle is closed. */
static void
abandoned (struct outcome *o)
{
  char *argv[] = { "sleep", "1000", NULL };
  struct nbd_handle *h = create (o);

  if (h == NULL)
    return;
  TRY (nbd_aio_connect_systemd_socket_activation (h, argv));
  end (h);
}

const struct life connect_lives[] = {
  { "TCP", tcp },
  { "address", address },
  { "Unix socket", unix_socket },
  { "URI", uri },
  { "command", command },
  { "command that serves", served_command },
  { "activation", activation },
  { "abandoned activation", abandoned },
  { NULL, NULL },
};
