/* SPDX-License-Identifier: MIT */

/* A newstyle server that is not fixed has no option for leaving option mode.
 * The handle leaves it by closing the connection, and the call succeeds. */

#include "check.h"
#include "client.h"
#include "server.h"

static int
shut_down (struct nbd_handle *h)
{
  return nbd_shutdown (h, 0);
}

static int
abandon_and_shut_down (struct nbd_handle *h)
{
  return nbd_shutdown (h, LIBNBD_SHUTDOWN_ABANDON_PENDING);
}

static void
leave (int (*how) (struct nbd_handle *h))
{
  struct server s;
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_opt_mode (h, true));
  server_open (&s, h);
  server_say (&s, "NBDMAGIC IHAVEOPT u16 0");
  pump (h);
  CHECK_STATE (h, "NEGOTIATING");
  CHECK_INT (how (h), 0);
  CHECK_STATE (h, "CLOSED");
  server_expect (&s, "u32 0");
  CHECK (server_sees_end (&s));
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  leave (nbd_opt_abort);
  leave (nbd_aio_opt_abort);
  leave (shut_down);
  leave (abandon_and_shut_down);
}
