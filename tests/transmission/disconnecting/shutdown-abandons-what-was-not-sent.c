/* SPDX-License-Identifier: MIT */

/* When the socket is full, ABANDON_PENDING drops the commands of which no
 * byte was sent.  The command that is partly sent is finished. */

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
  struct calls sent = { 0 }, halfway = { 0 }, dropped[2] = { 0 };
  char *buf = calloc (1, SIZE);
  char small[4];

  server_connect (&s, h, SIMPLE, SIZE, FLAGS_ALL);
  CHECK_OK (nbd_aio_flush (h, completion (&sent), 0));
  CHECK_OK (nbd_aio_pwrite (h, buf, SIZE, 0, completion (&halfway), 0));
  CHECK_OK (nbd_aio_pread (h, small, 4, 0, completion (&dropped[0]), 0));
  CHECK_OK (nbd_aio_flush (h, completion (&dropped[1]), 0));
  s.waits = true;
  blocking_start (&shutdown);
  server_expect (&s, "request 0 FLUSH 1 0 0");
  server_need (&s, 28 + SIZE + 28);
  bytes_drop (&s.in, 28 + SIZE);
  server_expect (&s, "request 0 DISC 5 0 0");
  server_say (&s, "simple 0 2\nsimple 0 1");
  server_close (&s);
  blocking_join (&shutdown);
  CHECK_INT (shutdown.result, 0);
  CHECK_STATE (h, "CLOSED");
  CHECK_INT (sent.error, 0);
  CHECK_INT (halfway.error, 0);
  CHECK_INT (dropped[0].error, ENOTCONN);
  CHECK_INT (dropped[1].error, ENOTCONN);
  nbd_close (h);
  CHECK_CALLS (&sent, 1);
  CHECK_CALLS (&halfway, 1);
  CHECK_CALLS (&dropped[0], 1);
  CHECK_CALLS (&dropped[1], 1);
  free (buf);
}
