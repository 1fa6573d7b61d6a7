/* SPDX-License-Identifier: MIT */
/* Start a helper that is an NBD server.
 *
 * We create the socket and pass it on by socket activation.  So we can
 * connect at once.  The connection is made when the server is ready, or fails
 * if the server could not start. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <libnbd.h>

#include "helper/helper.h"
#include "helper/internal.h"
#include "tool.h"

#define BACKLOG 64

static int
listen_at (const char *socket_name, char **why)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  size_t length = strlen (socket_name);
  int fd = -1;

  if (length >= sizeof address.sun_path)
    errno = ENAMETOOLONG;
  else {
    memcpy (address.sun_path, socket_name, length + 1);
    fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  }
  if (fd != -1 && bind (fd, (struct sockaddr *) &address, sizeof address) == 0
      && listen (fd, BACKLOG) == 0)
    return fd;
  *why = tool_format ("cannot listen at %s: %m", socket_name);
  if (fd != -1)
    close (fd);
  return -1;
}

/* Connect without blocking in libnbd, so that a signal can interrupt us. */
static bool
can_connect (struct nbd_handle *h, const char *socket_name)
{
  if (nbd_aio_connect_unix (h, socket_name) == -1)
    return false;
  while (nbd_aio_is_connecting (h) == 1)
    if (tool_poll (h, -1) == -1)
      return false;
  return nbd_aio_is_ready (h) == 1;
}

/* Whether the export can be opened; if not, *WHY says why. */
static bool
serves (const char *socket_name, char **why)
{
  struct nbd_handle *h = nbd_create ();

  if (h == NULL) {
    *why = tool_format ("%s", tool_nbd_error ());
    return false;
  }
  bool good = can_connect (h, socket_name);
  if (!good)
    *why = tool_format ("%s", tool_nbd_error ());
  if (good)
    nbd_aio_disconnect (h, 0);
  nbd_close (h);
  return good;
}

/* End a helper that cannot serve.  Its own messages explain more than the
 * error of the connection. */
static void
give_up (struct helper *h, const char *program, const char *error, char **why)
{
  *why = helper_said (h);
  if (*why == NULL)
    *why = tool_format ("%s: %s", program, error);
  helper_end (h, NULL);
}

struct helper *
helper_serve_hiding (const char *const *words, const char *socket_name,
                     const char *const *secrets, size_t count, char **why)
{
  char *error = NULL;
  int fd = listen_at (socket_name, why);

  if (fd == -1)
    return NULL;
  struct spawn s = spawn_words (words);
  s.listening = fd;
  struct helper *h = helper_start (s, why);
  close (fd);
  for (size_t i = 0; h != NULL && i < count; i++)
    helper_hide (h, secrets[i]);
  if (h != NULL && !serves (socket_name, &error)) {
    give_up (h, words[0], error, why);
    h = NULL;
  }
  free (error);
  if (h == NULL)
    unlink (socket_name);
  return h;
}

struct helper *
helper_serve (const char *const *words, const char *socket_name, char **why)
{
  return helper_serve_hiding (words, socket_name, NULL, 0, why);
}
