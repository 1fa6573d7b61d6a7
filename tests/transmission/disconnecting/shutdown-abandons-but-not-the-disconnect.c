/* SPDX-License-Identifier: MIT */

/* ABANDON_PENDING does not drop a disconnect request that was issued earlier
 * and waits behind a full socket.  The server gets the request, and the
 * program never sees its cookie. */

#include <errno.h>
#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"

#define SIZE (8 << 20)

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct blocking shutdown = {
    .h = h,
    .call = blocking_shutdown,
    .flags = LIBNBD_SHUTDOWN_ABANDON_PENDING,
  };
  struct calls halfway = { 0 }, dropped = { 0 };
  char *buf = calloc (1, SIZE);

  server_connect (&s, h, SIMPLE, SIZE, FLAGS_ALL);
  CHECK_OK (nbd_aio_pwrite (h, buf, SIZE, 0, completion (&halfway), 0));
  CHECK_OK (nbd_aio_flush (h, completion (&dropped), 0));
  CHECK_OK (nbd_aio_disconnect (h, 0));
  s.waits = true;
  blocking_start (&shutdown);
  server_need (&s, 28 + SIZE + 28);
  bytes_drop (&s.in, 28 + SIZE);
  server_expect (&s, "request 0 DISC 3 0 0");
  server_say (&s, "simple 0 1");
  server_close (&s);
  blocking_join (&shutdown);
  CHECK_INT (shutdown.result, 0);
  CHECK_STATE (h, "CLOSED");
  CHECK_INT (halfway.error, 0);
  CHECK_INT (dropped.error, ENOTCONN);
  CHECK_INT (nbd_aio_command_completed (h, 1), 1);
  CHECK_INT (nbd_aio_command_completed (h, 2), -1);
  CHECK_INT (nbd_aio_peek_command_completed (h), -1);
  nbd_close (h);
  CHECK_CALLS (&halfway, 1);
  CHECK_CALLS (&dropped, 1);
  free (buf);
}
