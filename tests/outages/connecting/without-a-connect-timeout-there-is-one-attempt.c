/* SPDX-License-Identifier: MIT */
/* With a reconnect timeout alone, the first connection is attempted only
 * once. */
#include <errno.h>

#include "lasting.h"

static void
try_once (int reconnect)
{
  struct address a;
  struct events e = { .letters = "" };
  struct nbd_handle *h = nbd_create ();

  address_open (&a);
  CHECK_OK (nbd_set_reconnect_timeout (h, reconnect));
  CHECK_OK (nbd_set_event_callback (h, events (&e)));
  CHECK_FAILS (nbd_connect_unix (h, a.path), ENOENT, "");
  CHECK_STATE (h, "DEAD");
  CHECK_STRING (e.letters, reconnect != 0 ? "U" : "");
  nbd_close (h);
  address_close (&a);
}

void
test (void)
{
  try_once (0);
  try_once (-1);
}
