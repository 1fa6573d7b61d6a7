/* SPDX-License-Identifier: MIT */

/* A reply that never ends makes nothing fail and no call wait: the handle
 * waits for the server and says so, other commands are served where the reply
 * style allows it, and closing the handle ends the rest. */

#include <errno.h>

#include "styles.h"

static void
run (enum style style)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, style);
  struct calls middle = { 0 }, read = { 0 }, other = { .gives = 1 };
  uint8_t buf[4096];

  CHECK_OK (nbd_aio_pread_structured (h, buf, 4096, 4096, chunk (&middle),
                                      completion (&read), 0));
  CHECK_OK (nbd_aio_flush (h, completion (&other), 0));
  pump (h);
  if (style == SIMPLE)
    server_say (&s, "simple 0 1 pattern 4K 100");
  else
    server_say (&s, style == STRUCTURED
                      ? "chunk 0 OFFSET_DATA 1 u64 4K pattern 4K 4K"
                      : "xchunk 0 OFFSET_DATA 1 4K u64 4K pattern 4K 4K");
  if (style != SIMPLE)
    say_success (&s, style, 2, 0);
  for (int i = 0; i < 3; i++) {
    pump (h);
    CHECK_STATE (h, style == SIMPLE ? "PROCESSING" : "READY");
    CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
    CHECK_INT (nbd_poll (h, 0), 0);
    CHECK_INT (nbd_aio_command_completed (h, 1), 0);
    CHECK_INT (read.called, 0);
  }
  CHECK_INT (middle.called, style != SIMPLE);
  CHECK_INT (other.called, style != SIMPLE);
  CHECK_INT (nbd_aio_in_flight (h), style == SIMPLE ? 2 : 1);
  nbd_close (h);
  CHECK_CALLS (&read, 1);
  CHECK_INT (read.error, ENOTCONN);
  CHECK_CALLS (&middle, style != SIMPLE);
  CHECK_CALLS (&other, 1);
  server_close (&s);
}

void
test (void)
{
  FOR_EACH_STYLE (style, run);
  check_rows_end ();
}
