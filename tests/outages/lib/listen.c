/* SPDX-License-Identifier: MIT */

/* The address of the brittle server, which never changes. */

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "parts.h"

static int
new_socket (struct brittle *b)
{
  const int on = 1;
  int fd = socket (b->address.any.sa_family,
                   SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  if (fd == -1)
    return -1;
  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind (fd, &b->address.any, b->address_length) == 0)
    return fd;
  close (fd);
  return -1;
}

/* Over TCP, one socket is bound to the port all the time and does not listen,
 * so that nobody else gets the port while the server does not listen. */
bool
address_init (struct brittle *b, const char *path)
{
  b->holder = -1;
  if (!b->settings.tcp) {
    b->address.local.sun_family = AF_UNIX;
    strncpy (b->address.local.sun_path, path,
             sizeof b->address.local.sun_path - 1);
    b->address_length = sizeof b->address.local;
    return true;
  }
  b->address.loopback.sin_family = AF_INET;
  b->address.loopback.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  b->address_length = sizeof b->address.loopback;
  b->holder = new_socket (b);
  return b->holder != -1
         && getsockname (b->holder, &b->address.any, &b->address_length) == 0;
}

int
start_listening (struct brittle *b)
{
  if (!b->settings.tcp)
    unlink (b->address.local.sun_path);
  int fd = new_socket (b);

  if (fd != -1 && listen (fd, 64) == 0)
    return fd;
  if (fd != -1)
    close (fd);
  return -1;
}

/* Refuse connections for a while, or remove the Unix socket. */
void
stop_listening (struct life *s)
{
  struct brittle *b = s->b;

  if (s->listener >= 0)
    close (s->listener);
  s->listener = -1;
  s->listens_at = brittle_now () + b->refuse_ms;
  b->refuse_ms = 0;
  if (!b->settings.tcp && random_one_in (&b->random, 2))
    unlink (b->address.local.sun_path);
}
