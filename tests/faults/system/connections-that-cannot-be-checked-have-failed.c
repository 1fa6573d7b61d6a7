/* SPDX-License-Identifier: MIT */

/* If the system does not tell whether a connection was made, connecting fails,
 * and the error says why the system did not tell.
 *
 * The linker redirects the library's calls to this file (-Wl,--wrap). */

#include <errno.h>
#include <sys/socket.h>

#include "check.h"
#include "client.h"
#include "wrap.h"

WRAPPER (int, connect,
         (int fd __attribute__ ((unused)),
          const struct sockaddr *addr __attribute__ ((unused)),
          socklen_t len __attribute__ ((unused))))
{
  errno = EINPROGRESS;
  return -1;
}

WRAPPER (int, getsockopt,
         (int fd __attribute__ ((unused)),
          int level __attribute__ ((unused)),
          int name __attribute__ ((unused)),
          void *value __attribute__ ((unused)),
          socklen_t *len __attribute__ ((unused))))
{
  errno = ENOBUFS;
  return -1;
}

void
test (void)
{
  struct nbd_handle *h = nbd_create ();
  struct calls messages = { 0 };

  CHECK_OK (nbd_aio_connect_unix (h, "/nonexistent/socket"));
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_WRITE);
  CHECK_FAILS (nbd_aio_notify_write (h), ENOBUFS,
               "connect: \"/nonexistent/socket\"");
  CHECK_STATE (h, "DEAD");
  nbd_close (h);

  /* After TCP the handle may try again. */
  h = nbd_create ();
  CHECK_OK (nbd_set_debug_callback (h, debug (&messages)));
  CHECK_OK (nbd_set_debug (h, true));
  CHECK_OK (nbd_aio_connect_tcp (h, "127.0.0.1", "1"));
  CHECK_FAILS (nbd_aio_notify_write (h), ENOBUFS, "connect: ");
  CHECK_STATE (h, "CREATED");
  nbd_close (h);
}
