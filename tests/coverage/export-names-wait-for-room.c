/* SPDX-License-Identifier: MIT */

/* An export name for which the socket has no room yet is not lost: the hint
 * says WRITE, and it leaves when there is some.
 *
 * The linker lets the library's calls come here (-Wl,--wrap).
 */

#include <errno.h>
#include <sys/socket.h>

#include "check.h"
#include "client.h"
#include "server.h"

static int full = -1;           /* takes nothing */

extern ssize_t __real_send (int fd, const void *p, size_t n, int flags);
extern ssize_t __wrap_send (int fd, const void *p, size_t n, int flags);

ssize_t
__wrap_send (int fd, const void *p, size_t n, int flags)
{
  if (fd == full) {
    errno = EAGAIN;
    return -1;
  }
  return __real_send (fd, p, n, flags);
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct calls messages = { 0 };

  CHECK_OK (nbd_set_export_name (h, "disk"));
  server_open (&s, h);
  full = nbd_aio_get_fd (h);
  server_say (&s, "NBDMAGIC IHAVEOPT u16 NO_ZEROES");
  CHECK_OK (nbd_aio_notify_read (h));
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_WRITE);
  server_expect_nothing (&s);
  full = -1;
  CHECK_OK (nbd_aio_notify_write (h));
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
  server_expect (&s, "u32 NO_ZEROES option EXPORT_NAME \"disk\"");
  CHECK_OK (nbd_set_debug_callback (h, debug (&messages)));
  CHECK_OK (nbd_set_debug (h, true));
  server_close (&s);
  pump (h);
  CHECK_STATE (h, "DEAD");
  nbd_close (h);
}
