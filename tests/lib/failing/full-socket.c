/* SPDX-License-Identifier: MIT */

/* A socket that send finds full: see full-socket.h. */

#include <errno.h>
#include <sys/socket.h>

#include "full-socket.h"
#include "wrap.h"

int full_socket = -1;

WRAPPER (ssize_t, send, (int fd, const void *p, size_t n, int flags))
{
  if (fd == full_socket) {
    errno = EAGAIN;
    return -1;
  }
  return __real_send (fd, p, n, flags);
}
