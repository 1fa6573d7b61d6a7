/* SPDX-License-Identifier: MIT */
/* A reconnect timeout alone does not make the first connection be tried
 * again. */
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
