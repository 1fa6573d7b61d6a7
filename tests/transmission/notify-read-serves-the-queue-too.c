/* SPDX-License-Identifier: MIT */

/* Programs deliver only the read when both events are ready: a handle
 * that gets reads all the time still sends what waits for room.
 */

#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "server.h"

#define SIZE (4 << 20)

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct calls calls = { 0 };
  char *buf = calloc (1, SIZE);
  size_t got = 0;

  server_connect (&s, h, SIMPLE, SIZE, FLAGS_ALL);
  CHECK_OK (nbd_aio_pwrite (h, buf, SIZE, 0, completion (&calls), 0));
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_BOTH);
  while (got < 28 + SIZE) {
    size_t before = got;

    got = server_take (&s);
    if (got == before)
      FAIL ("stuck after %zu of %d bytes", got, 28 + SIZE);
    CHECK_OK (nbd_aio_notify_read (h));
  }
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
  nbd_close (h);
  server_close (&s);
  free (buf);
}
