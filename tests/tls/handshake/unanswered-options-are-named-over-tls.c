/* SPDX-License-Identifier: MIT */

/* Over TLS, too, if a server closes the connection instead of answering an
 * option, the message says how to leave out the option, with or without a
 * close alert. */

#include "check.h"
#include "client.h"
#include "tls-server.h"

#define ADVICE                                                 \
  "; if it does not know NBD_OPT_EXTENDED_HEADERS, turn that " \
  "off with nbd_set_request_extended_headers"

static void
leave (void (*how) (struct server *s))
{
  struct server s;
  struct nbd_handle *h = tls_handle ();

  tls_ask (&s, h);
  tls_accept (&s, h, NULL);
  server_take (&s);
  how (&s);
  CHECK_INT (nbd_aio_notify_read (h), -1);
  CHECK_CONTAINS (nbd_get_error (), ADVICE);
  CHECK_STATE (h, "DEAD");
  nbd_close (h);
  server_close (&s);
}

static void
say_goodbye (struct server *s)
{
  tls_goodbye (s);
  server_half_close (s);
}

void
test (void)
{
  requires_tls ();
  leave (say_goodbye);
  leave (server_half_close);
}
