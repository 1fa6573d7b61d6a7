/* SPDX-License-Identifier: MIT */

/* A newstyle server that is not fixed has no options.  In option mode, the
 * blocking calls that need one fail and say so, and the handle stays in
 * negotiation. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct calls contexts = { 0 }, exports = { 0 };

  CHECK_OK (nbd_set_opt_mode (h, true));
  server_open (&s, h);
  server_say (&s, "NBDMAGIC IHAVEOPT u16 0");
  pump (h);
  CHECK_STATE (h, "NEGOTIATING");
  if (nbd_supports_tls (h))
    CHECK_FAILS (nbd_opt_starttls (h), ENOTSUP, "nbd_opt_starttls: ");
  CHECK_FAILS (nbd_opt_extended_headers (h), ENOTSUP,
               "nbd_opt_extended_headers: ");
  CHECK_FAILS (nbd_opt_structured_reply (h), ENOTSUP,
               "nbd_opt_structured_reply: ");
  CHECK_FAILS (nbd_opt_list_meta_context (h, context (&contexts)), ENOTSUP,
               "nbd_opt_list_meta_context: ");
  CHECK_FAILS (nbd_opt_list (h, list (&exports)), ENOTSUP, "nbd_opt_list: ");
  CHECK_FAILS (nbd_opt_info (h), ENOTSUP, "nbd_opt_info: ");
  CHECK_CALLS (&contexts, 0);
  CHECK_CALLS (&exports, 0);
  CHECK_STATE (h, "NEGOTIATING");
  nbd_close (h);
  server_close (&s);
}
