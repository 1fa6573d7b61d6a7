/* SPDX-License-Identifier: MIT */
/* A connection may be lost after NBD_CMD_DISC was sent, but before all
 * commands were answered.  Then the library connects again, sends those
 * commands, and disconnects again. */
#include "lasting.h"

static void
something_is_pending (void)
{
  struct address a;
  struct server s;
  uint16_t type;
  char buf[4];
  struct nbd_handle *h = lasting_handle (&s, &a, SIMPLE);

  int64_t read = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION,
                                          0));
  CHECK_OK (nbd_aio_disconnect (h, 0));
  pump (h);
  server_request (&s, &type);
  CHECK_INT (type, 0);
  server_request (&s, &type);
  CHECK_INT (type, 2);
  server_close (&s);
  server_serves (&s, &a, h, SIMPLE, 1 << 20, FLAGS_ALL);
  server_expect (&s, "request 0 READ %llu 0 4", WIRE (1, read));
  server_say (&s, "simple 0 %llu \"abcd\"", WIRE (1, read));
  pump (h);
  CHECK_INT (nbd_aio_command_completed (h, read), 1);
  server_request (&s, &type);
  CHECK_INT (type, 2);
  server_close (&s);
  drive_until (h, "CLOSED");
  nbd_close (h);
  address_close (&a);
}

/* With nothing in flight, the end of the connection is what the program asked
 * for. */
static void
nothing_is_pending (void)
{
  struct address a;
  struct server s;
  struct events e = { .letters = "" };
  struct nbd_handle *h = lasting_handle (&s, &a, SIMPLE);

  CHECK_OK (nbd_set_event_callback (h, events (&e)));
  CHECK_OK (nbd_aio_disconnect (h, 0));
  server_close (&s);
  drive_until (h, "CLOSED");
  CHECK_STRING (e.letters, "");
  nbd_close (h);
  address_close (&a);
}

void
test (void)
{
  something_is_pending ();
  nothing_is_pending ();
}
