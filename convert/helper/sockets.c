/* SPDX-License-Identifier: MIT */
/* Unix sockets in the temporary directory. */
#include <config.h>

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "helper/helper.h"
#include "helper/sockets.h"

struct tool_endpoint
helper_endpoint (char *socket, const char *name)
{
  char **words = tool_alloc (2 * sizeof *words);
  unsigned *left_out = tool_alloc (sizeof *left_out);

  words[0] = socket;
  *left_out = 0;
  return (struct tool_endpoint) {
    .transport = TOOL_UNIX, .words = words, .left_out = left_out, .name = name
  };
}

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
