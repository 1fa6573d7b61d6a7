/* SPDX-License-Identifier: MIT */

/* A newstyle server that is not fixed knows only NBD_OPT_EXPORT_NAME.  In
 * option mode every other option fails with ENOTSUP and is not sent. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct calls done[5] = { 0 }, middle[3] = { 0 };

  CHECK_OK (nbd_set_opt_mode (h, true));
  server_open (&s, h);
  server_say (&s, "NBDMAGIC IHAVEOPT u16 0");
  pump (h);
  server_expect (&s, "u32 0");
  CHECK_STATE (h, "NEGOTIATING");
  CHECK_STRING (nbd_get_protocol (h), "newstyle");
  CHECK_FAILS (nbd_aio_opt_list (h, list (&middle[0]), completion (&done[0])),
               ENOTSUP, "nbd_aio_opt_list: ");
  CHECK_FAILS (nbd_aio_opt_info (h, completion (&done[1])), ENOTSUP, NULL);
  CHECK_FAILS (nbd_aio_opt_structured_reply (h, completion (&done[2])),
               ENOTSUP, NULL);
  CHECK_FAILS (nbd_aio_opt_extended_headers (h, completion (&done[3])),
               ENOTSUP, NULL);
  CHECK_FAILS (nbd_aio_opt_list_meta_context (h, context (&middle[1]),
                                              completion (&done[4])),
               ENOTSUP, NULL);
  CHECK_FAILS (nbd_opt_set_meta_context (h, context (&middle[2])), ENOTSUP,
               "nbd_opt_set_meta_context: ");
  for (int i = 0; i < 5; i++)
    CHECK_CALLS (&done[i], 0);
  for (int i = 0; i < 3; i++)
    CHECK_CALLS (&middle[i], 0);
  CHECK_STATE (h, "NEGOTIATING");
  server_expect_nothing (&s);
  nbd_close (h);
  server_close (&s);
}
