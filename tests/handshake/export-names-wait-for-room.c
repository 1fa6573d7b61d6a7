/* SPDX-License-Identifier: MIT */

/* If the socket cannot take an export name at once, the name is not lost: the
 * handle waits for WRITE, and sends the name when the socket can take it. */

#include "check.h"
#include "client.h"
#include "full-socket.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_export_name (h, "disk"));
  server_open (&s, h);
  full_socket = nbd_aio_get_fd (h);
  server_say (&s, "NBDMAGIC IHAVEOPT u16 NO_ZEROES");
  CHECK_OK (nbd_aio_notify_read (h));
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_WRITE);
  server_expect_nothing (&s);
  full_socket = -1;
  CHECK_OK (nbd_aio_notify_write (h));
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
  server_expect (&s, "u32 NO_ZEROES option EXPORT_NAME \"disk\"");
  nbd_close (h);
  server_close (&s);
}
