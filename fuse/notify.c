/* SPDX-License-Identifier: MIT */
/* Telling the service manager the state of this program, see sd_notify(3).
 *
 * A message is one datagram with lines of text to a Unix socket, whose address
 * is in the environment.  That needs no library. */
#include <config.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "notify.h"
#include "options.h"

/* How long to wait for a service manager that does not read. */
#define PATIENCE_S 1

static struct sockaddr_un manager = { .sun_family = AF_UNIX };
static socklen_t manager_size;
static int notify_fd = -1;

void
notify_prepare (void)
{
  const char *name = getenv ("NOTIFY_SOCKET");
  if (name == NULL)
    return;
  size_t len = strlen (name);
  if ((name[0] == '/' || name[0] == '@') && len > 1
      && len < sizeof manager.sun_path) {
    memcpy (manager.sun_path, name, len);
    if (name[0] == '@')
      manager.sun_path[0] = '\0';
    manager_size = offsetof (struct sockaddr_un, sun_path) + len;
    notify_fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  }
  if (notify_fd == -1)
    tool_error ("cannot send messages to the service manager: the socket of "
                "NOTIFY_SOCKET=%s cannot be used",
                name);
  const struct timeval patience = { .tv_sec = PATIENCE_S };
  setsockopt (notify_fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  unsetenv ("NOTIFY_SOCKET");
}

void
notify (const char *state, const char *format, ...)
{
  if (notify_fd == -1)
    return;
  char *status;
  va_list args;
  va_start (args, format);
  if (vasprintf (&status, format, args) == -1)
    status = NULL;
  va_end (args);
  if (status == NULL)
    return;
  /* Text from a server must not begin another line. */
  for (char *p = status; *p; p++)
    if (iscntrl ((unsigned char) *p))
      *p = ' ';
  char *message = tool_format ("%s%sSTATUS=%s\n", state ? state : "",
                               state ? "\n" : "", status);
  if (sendto (notify_fd, message, strlen (message), MSG_NOSIGNAL,
              (struct sockaddr *) &manager, manager_size)
      == -1)
    debug ("telling the service manager: %m");
  free (message);
  free (status);
}
