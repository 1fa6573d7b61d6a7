/* SPDX-License-Identifier: MIT */

/* If a server stops reading in the middle of a large write, the client still
 * reads its replies: replies to other commands complete them, and an early
 * error is the result of the write.  The client still sends the rest of the
 * payload, because otherwise the server would take the next request for
 * data. */

#include <errno.h>
#include <stdlib.h>

#include "styles.h"

#define SIZE (8 << 20)

static void
run (enum style style)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct calls read = { 0 }, write = { 0 }, flush = { .gives = 1 };
  char *buf = calloc (1, SIZE);
  uint8_t small[4], want[4];

  pattern_fill (want, 0, 4);
  server_connect (&s, h, style, SIZE, FLAGS_ALL);
  CHECK_OK (nbd_aio_pread (h, small, 4, 0, completion (&read), 0));
  CHECK_OK (nbd_aio_pwrite (h, buf, SIZE, 0, completion (&write), 0));
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_BOTH);
  CHECK_INT (nbd_poll (h, 0), 0);
  say_data (&s, style, 1, 0, 4);
  pump (h);
  CHECK_INT (read.called, 1);
  CHECK_BYTES (small, 4, want, 4);
  say_error (&s, style, 2, 0, "ENOSPC");
  pump (h);
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_BOTH);

  s.drives = h;
  server_need (&s, 2 * request_size (style) + SIZE);
  pump (h);
  CHECK_INT (s.in.len, 2 * request_size (style) + SIZE);
  CHECK_INT (write.called, 1);
  CHECK_INT (write.error, ENOSPC);
  CHECK_FAILS (nbd_aio_command_completed (h, 2), ENOSPC, "write");
  CHECK_STATE (h, "READY");

  CHECK_OK (nbd_aio_flush (h, completion (&flush), 0));
  say_success (&s, style, 3, 0);
  pump (h);
  CHECK_CALLS (&flush, 1);
  CHECK_INT (flush.error, 0);
  nbd_close (h);
  CHECK_CALLS (&read, 1);
  CHECK_CALLS (&write, 1);
  server_close (&s);
  free (buf);
}

void
test (void)
{
  FOR_EACH_STYLE (style, run);
  check_rows_end ();
}
