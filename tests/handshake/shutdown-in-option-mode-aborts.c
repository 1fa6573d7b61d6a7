/* SPDX-License-Identifier: MIT */

/* nbd_shutdown works in option mode: it sends NBD_OPT_ABORT. */

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_negotiates (&s);
  struct blocking shutdown = { .h = h, .call = blocking_shutdown };

  server_expect (&s, "u32 3");
  s.waits = s.gives_up = true;
  blocking_start (&shutdown);
  server_expect (&s, "option ABORT");
  server_say (&s, "reply ABORT ACK");
  server_close (&s);
  blocking_join (&shutdown);
  CHECK_INT (shutdown.result, 0);
  CHECK_STATE (h, "CLOSED");
  nbd_close (h);
}
