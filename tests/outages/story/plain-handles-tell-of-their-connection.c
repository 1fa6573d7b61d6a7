/* SPDX-License-Identifier: MIT */
/* A handle that does not stay connected also reports to the event callback
 * that it has connected, and that the connection was lost. */
#include "lasting.h"

void
test (void)
{
  struct server s;
  struct events e = { .letters = "" };
  struct nbd_handle *h = nbd_create ();
  char buf[4];

  CHECK_OK (nbd_set_event_callback (h, events (&e)));
  server_connect (&s, h, SIMPLE, 4096, FLAGS_ALL);
  CHECK_STRING (e.letters, "C");
  CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION, 0));
  server_say (&s, "u32 0");
  pump (h);
  CHECK_STATE (h, "DEAD");
  CHECK_STRING (e.letters, "CL");
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_LOST], "wrong magic");
  nbd_close (h);
  CHECK_INT (e.calls.freed, 1);
  server_close (&s);
}
