/* SPDX-License-Identifier: MIT */

/* nbd_close frees the closures of a pending option without calling them. */

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_negotiates (&s);
  struct calls entries = { 0 }, done = { 0 };

  CHECK_OK (nbd_aio_opt_list (h, list (&entries), completion (&done)));
  server_say (&s, "reply LIST SERVER string \"a\"");
  pump (h);
  CHECK_INT (entries.called, 1);
  nbd_close (h);
  CHECK_CALLS (&entries, 1);
  CHECK_CALLS (&done, 0);
  server_close (&s);
}
