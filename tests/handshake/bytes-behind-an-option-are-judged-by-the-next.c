/* SPDX-License-Identifier: MIT */

/* While the handle is Negotiating it reads nothing.  Bytes that a server sends
 * without a request stay in the socket, do not wake the handle, and make the
 * next option fail. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_negotiates (&s);
  struct calls entries = { 0 }, calls[2] = { 0 };

  server_expect (&s, "u32 3");

  /* They follow the final reply, in the same segment. */
  CHECK_OK (nbd_aio_opt_list (h, list (&entries), completion (&calls[0])));
  server_expect (&s, "option LIST");
  server_say (&s, "reply LIST ACK");
  server_say (&s, "reply INFO ACK");
  pump (h);
  CHECK_CALLS (&calls[0], 1);
  CHECK_STATE (h, "NEGOTIATING");
  CHECK_INT (nbd_aio_get_direction (h), 0);
  CHECK_FAILS (nbd_aio_notify_read (h), EINVAL, NULL);
  CHECK_FAILS (nbd_poll (h, 0), EINVAL, NULL);

  CHECK_OK (nbd_aio_opt_go (h, completion (&calls[1])));
  pump (h);
  CHECK_STATE (h, "DEAD");
  CHECK_CALLS (&calls[1], 1);
  CHECK (calls[1].error != 0);
  nbd_close (h);
  server_close (&s);
}
