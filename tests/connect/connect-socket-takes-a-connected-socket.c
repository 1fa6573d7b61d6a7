/* SPDX-License-Identifier: MIT */
/* A socket pair to nbdkit works like any connection: nbdkit has one end as its
 * standard input and output, and the handle gets the other end.  That
 * descriptor becomes non-blocking and close-on-exec, and is closed with the
 * handle. */
#include <errno.h>
#include <fcntl.h>

#include "check.h"
#include "process.h"

void
test (void)
{
  requires_program ("nbdkit");
  pid_t pid;
  int fd = serve_socket_pair (&pid);
  CHECK_INT (fcntl (fd, F_SETFD, 0), 0);

  struct nbd_handle *h = nbd_create ();
  CHECK (h != NULL);
  CHECK_OK (nbd_connect_socket (h, fd));
  CHECK_DISK (h);
  CHECK_INT (nbd_aio_get_fd (h), fd);
  CHECK (fcntl (fd, F_GETFL) & O_NONBLOCK);
  CHECK_INT (fcntl (fd, F_GETFD), FD_CLOEXEC);
  CHECK_OK (nbd_shutdown (h, 0));
  nbd_close (h);

  CHECK_INT (fcntl (fd, F_GETFD), -1);
  CHECK_INT (errno, EBADF);
  stop_server (pid);
}
