/* SPDX-License-Identifier: MIT */

/* Anybody could have answered what was negotiated before STARTTLS.  So after
 * STARTTLS there are no structured replies, no contexts and no information
 * about the export until they are asked for again.  A server that still uses
 * them breaks the protocol.
 *
 * In CVE-2021-3716 a server did not forget. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "tls-server.h"

static void
clear_negotiation (struct server *s, struct nbd_handle *h)
{
  struct calls c[3] = { 0 };

  server_open (s, h);
  server_say (s, "NBDMAGIC IHAVEOPT u16 FIXED_NEWSTYLE|NO_ZEROES");
  pump (h);
  CHECK_OK (nbd_aio_opt_structured_reply (h, completion (&c[0])));
  server_say (s, "reply NBD_OPT_STRUCTURED_REPLY NBD_REP_ACK");
  pump (h);
  CHECK_OK (nbd_aio_opt_set_meta_context (h, context (&c[1]),
                                          completion (&c[2])));
  server_say (s, "reply NBD_OPT_SET_META_CONTEXT NBD_REP_META_CONTEXT u32 7 "
                 "\"base:allocation\"\nreply NBD_OPT_SET_META_CONTEXT "
                 "NBD_REP_ACK");
  pump (h);
  c[1] = c[2] = (struct calls) { 0 };
  CHECK_OK (nbd_set_request_meta_context (h, false));
  CHECK_OK (nbd_aio_opt_info (h, completion (&c[1])));
  server_say (s, "reply NBD_OPT_INFO NBD_REP_INFO u16 NBD_INFO_EXPORT u64 1M "
                 "u16 HAS_FLAGS\nreply NBD_OPT_INFO NBD_REP_ACK");
  pump (h);
  CHECK_INT (nbd_get_size (h), 1 << 20);
  CHECK_INT (nbd_get_structured_replies_negotiated (h), 1);
  CHECK_INT (nbd_can_meta_context (h, "base:allocation"), 1);
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h;
  struct calls c[3] = { 0 };
  char buf[4];

  requires_tls ();
  h = nbd_create ();
  tls_client (h, LIBNBD_TLS_DISABLE);
  set_style (h, SIMPLE);
  CHECK_OK (nbd_set_opt_mode (h, true));
  CHECK_OK (nbd_add_meta_context (h, "base:allocation"));
  clear_negotiation (&s, h);

  CHECK_OK (nbd_aio_opt_starttls (h, completion (&c[0])));
  server_take (&s);
  bytes_drop (&s.in, s.in.len);
  tls_accept (&s, h, NULL);
  CHECK_CALLS (&c[0], 1);
  CHECK_INT (c[0].error, 0);
  CHECK_STATE (h, "NEGOTIATING");
  CHECK_INT (nbd_get_structured_replies_negotiated (h), 0);
  CHECK_FAILS (nbd_get_size (h), EINVAL, "");
  CHECK_FAILS (nbd_can_meta_context (h, "base:allocation"), EINVAL, "");

  CHECK_OK (nbd_aio_opt_go (h, completion (&c[1])));
  s.drives = h;
  server_options (&s, SIMPLE, 1 << 20, FLAGS_ALL);
  pump (h);
  CHECK_STATE (h, "READY");
  CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&c[2]), 0));
  server_request (&s, NULL);
  server_say (&s, "chunk DONE OFFSET_DATA 1 u64 0 \"abcd\"");
  pump (h);
  CHECK_STATE (h, "DEAD");
  CHECK_INT (c[2].error, ENOTCONN);
  nbd_close (h);
  server_close (&s);
}
