/* SPDX-License-Identifier: MIT */

/* If the receive buffer cannot grow for a reply, the connection ends, because
 * the library cannot follow the stream.  The command completes once. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "memory.h"
#include "server.h"

/* More than the first receive buffer holds, and less than what is received
 * directly into the program's buffer. */
#define SIZE 16000

static void
read_once (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct calls done = { .gives = 1 };
  static char buf[SIZE];

  CHECK_OK (nbd_aio_pread (h, buf, SIZE, 0, completion (&done), 0));
  server_say (&s, "simple 0 1 zero %d", SIZE);
  int r = LIB (nbd_aio_notify_read (h));
  CHECK_INT (r, memory_asked < memory_fails ? 0 : -1);
  if (r == -1) {
    CHECK_ERROR (ENOMEM, "nbd_aio_notify_read: receive buffer of ");
    CHECK_STATE (h, "DEAD");
    CHECK_INT (done.error, ENOTCONN);
  }
  else
    CHECK_INT (done.called, 1);
  nbd_close (h);
  CHECK_CALLS (&done, 1);
  server_close (&s);
}

void
test (void)
{
  memory_sweep ("reading", read_once);
}
