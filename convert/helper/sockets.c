/* SPDX-License-Identifier: MIT */
/* A Unix socket in the temporary directory. */
#include <config.h>

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "helper/helper.h"
#include "helper/sockets.h"

int
socket_listen (char **path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  *path = helper_path ("image.sock");
  if (strlen (*path) >= sizeof address.sun_path)
    tool_fail ("%s: this name is too long for a socket; set TMPDIR to a "
               "shorter one",
               *path);
  strcpy (address.sun_path, *path);
  if (fd == -1
      || bind (fd, (struct sockaddr *) &address, sizeof address) == -1
      || listen (fd, 16) == -1)
    tool_fail ("%s: cannot listen there: %m", *path);
  return fd;
}
