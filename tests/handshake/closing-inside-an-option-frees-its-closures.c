/* SPDX-License-Identifier: MIT */

/* nbd_close frees the closures of a pending option without calling them. */

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct calls entries = { 0 }, done = { 0 };

  CHECK_OK (nbd_set_opt_mode (h, true));
  set_style (h, SIMPLE);
  server_open (&s, h);
  server_say (&s, "NBDMAGIC IHAVEOPT u16 3");
  pump (h);
  CHECK_OK (nbd_aio_opt_list (h, list (&entries), completion (&done)));
  server_say (&s, "reply LIST SERVER string \"a\"");
  pump (h);
  CHECK_INT (entries.called, 1);
  nbd_close (h);
  CHECK_CALLS (&entries, 1);
  CHECK_CALLS (&done, 0);
  server_close (&s);
}
