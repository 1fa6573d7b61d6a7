/* SPDX-License-Identifier: MIT */

/* While an option waits for its reply, the handle is Connecting and refuses
 * every other option. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_negotiates (&s);
  struct calls first = { 0 }, second = { 0 }, entries = { 0 };

  server_expect (&s, "u32 3");
  CHECK_OK (nbd_aio_opt_structured_reply (h, completion (&first)));
  CHECK_STATE (h, "CONNECTING");
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
  CHECK_FAILS (nbd_aio_opt_go (h, completion (&second)), EINVAL,
               "nbd_aio_opt_go: ");
  CHECK_CALLS (&second, 0);
  second = (struct calls) { 0 };
  CHECK_FAILS (nbd_aio_opt_list (h, list (&entries), completion (&second)),
               EINVAL, "nbd_aio_opt_list: ");
  CHECK_CALLS (&second, 0);
  CHECK_CALLS (&entries, 0);
  CHECK_FAILS (nbd_aio_opt_abort (h), EINVAL, "nbd_aio_opt_abort: ");
  CHECK_FAILS (nbd_shutdown (h, 0), EINVAL, "nbd_shutdown: ");
  server_expect (&s, "option STRUCTURED_REPLY");
  server_expect_nothing (&s);
  nbd_close (h);
  CHECK_CALLS (&first, 0);
  server_close (&s);
}
