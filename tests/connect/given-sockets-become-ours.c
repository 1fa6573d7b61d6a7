/* SPDX-License-Identifier: MIT */

/* A socket that is given to nbd_aio_connect_socket becomes non-blocking and
 * close-on-exec.  nbd_aio_get_fd returns it, and nbd_close closes it. */

#include <errno.h>
#include <fcntl.h>

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  int fd = server_pair (&s);

  CHECK_FAILS (nbd_aio_get_fd (h), EINVAL, "nbd_aio_get_fd: ");
  CHECK_INT (fcntl (fd, F_SETFD, 0), 0);
  CHECK_OK (nbd_aio_connect_socket (h, fd));
  CHECK_INT (nbd_aio_get_fd (h), fd);
  CHECK_INT (fcntl (fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
  CHECK_INT (fcntl (fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  nbd_close (h);
  CHECK_INT (fcntl (fd, F_GETFD), -1);
  CHECK (server_sees_end (&s));
  server_close (&s);
}
