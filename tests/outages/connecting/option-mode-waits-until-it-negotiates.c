/* SPDX-License-Identifier: MIT */
/* In option mode, the connect timeout covers the time until the handle
 * negotiates.  The program handles everything that fails after that. */
#include <errno.h>

#include "lasting.h"

void
test (void)
{
  struct address a;
  struct server s;
  struct calls done = { .called = 0 };
  struct events e = { .letters = "" };
  struct nbd_handle *h = nbd_create ();

  address_open (&a);
  CHECK_OK (nbd_set_opt_mode (h, true));
  CHECK_OK (nbd_set_connect_timeout (h, 5000));
  CHECK_OK (nbd_set_event_callback (h, events (&e)));
  set_style (h, SIMPLE);
  CHECK_OK (nbd_aio_connect_unix (h, a.path));
  CHECK_STATE (h, "CONNECTING");
  CHECK_STRING (e.letters, "A");
  address_listen (&a);
  server_accept (&s, &a, h);
  s.drives = h;
  server_say (&s, "NBDMAGIC IHAVEOPT u16 FIXED_NEWSTYLE|NO_ZEROES");
  drive_until (h, "NEGOTIATING");

  /* The server does not know the export: the program is told, and asks
   * again. */
  CHECK_OK (nbd_aio_opt_go (h, completion (&done)));
  server_need (&s, 4 + 16 + 8);
  server_say (&s, "reply NBD_OPT_GO NBD_REP_ERR_UNKNOWN");
  pump (h);
  CHECK_STATE (h, "NEGOTIATING");
  CHECK_CALLS (&done, 1);
  CHECK_INT (done.error, ENOENT);

  /* The connection is lost: the program is told. */
  done = (struct calls) { .called = 0 };
  server_close (&s);
  CHECK_OK (nbd_aio_opt_go (h, completion (&done)));
  drive_until (h, "DEAD");
  CHECK_CALLS (&done, 1);
  CHECK_STRING (e.letters, "AU");
  nbd_close (h);
  address_close (&a);
}
