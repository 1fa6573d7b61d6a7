/* SPDX-License-Identifier: MIT */

/* After the client has disconnected, a server that never closes the
 * connection, or that never stops sending, does not prevent that the handle is
 * closed. */

#include <string.h>

#include "styles.h"

/* A server that does not close after NBD_CMD_DISC. */
static void
run (enum style style)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, style);
  struct calls read = { 0 };
  char buf[4];

  CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&read), 0));
  CHECK_OK (nbd_aio_disconnect (h, 0));
  pump (h);
  CHECK_INT (server_take (&s), 2 * request_size (style));
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
  CHECK_INT (nbd_poll (h, 0), 0);
  if (style != EXTENDED) /* where replies without a chunk are known */
    server_say (&s, "simple 0 2");
  else
    say_success (&s, style, 2, 0);
  pump (h);
  CHECK (!nbd_aio_is_dead (h));
  CHECK_INT (nbd_poll (h, 0), 0);
  say_data (&s, style, 1, 0, 4);
  pump (h);
  CHECK_INT (read.called, 1);
  CHECK_INT (read.error, 0);
  nbd_close (h);
  CHECK_CALLS (&read, 1);
  CHECK (server_sees_end (&s));
  server_close (&s);
}

/* A server that replies to NBD_OPT_ABORT with an endless stream of bytes. */
static void
run_abort (void)
{
  static char noise[65536];
  struct server s;
  struct nbd_handle *h = server_negotiates (&s);

  memset (noise, 0xa5, sizeof noise);
  CHECK_OK (nbd_aio_opt_abort (h));
  s.gives_up = true;
  server_send (&s, noise, sizeof noise);
  pump (h);
  CHECK_STATE (h, "CLOSED");
  CHECK_INT (nbd_aio_get_direction (h), 0);
  nbd_close (h);
  server_close (&s);
}

/* A server that does not reply to NBD_OPT_ABORT. */
static void
run_silence (void)
{
  struct server s;
  struct nbd_handle *h = server_negotiates (&s);

  CHECK_OK (nbd_aio_opt_abort (h));
  pump (h);
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
  CHECK_INT (nbd_poll (h, 0), 0);
  nbd_close (h);
  server_take (&s);
  CHECK (server_sees_end (&s));
  server_close (&s);
}

void
test (void)
{
  FOR_EACH_STYLE (style, run);
  if (ROW ("noise after NBD_OPT_ABORT"))
    run_abort ();
  if (ROW ("silence after NBD_OPT_ABORT"))
    run_silence ();
  check_rows_end ();
}
