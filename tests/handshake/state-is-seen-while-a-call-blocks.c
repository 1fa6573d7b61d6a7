/* SPDX-License-Identifier: MIT */

/* The queries that take no lock return the handle's state while another thread
 * waits in a blocking connect. */

#include <sched.h>

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"

static int
connect_socket (struct blocking *b)
{
  return nbd_connect_socket (b->h, b->number);
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct blocking client = { .h = h,
                             .call = connect_socket,
                             .number = server_pair (&s) };

  set_style (h, SIMPLE);
  CHECK_OK (nbd_set_request_block_size (h, false));
  CHECK_INT (nbd_aio_is_created (h), 1);
  s.waits = true;
  blocking_start (&client);
  server_say (&s, "NBDMAGIC IHAVEOPT u16 3");
  server_expect (&s, "u32 3\noption GO string \"\" u16 0");
  while (nbd_aio_get_direction (h) != LIBNBD_AIO_DIRECTION_READ)
    sched_yield (); /* about to sleep */
  CHECK_STRING (state_name (h), "CONNECTING");
  server_say (&s, "reply GO INFO u16 0 u64 1M u16 1\nreply GO ACK");
  blocking_join (&client);
  CHECK_INT (client.result, 0);
  CHECK_STATE (h, "READY");
  nbd_close (h);
  server_close (&s);
}
