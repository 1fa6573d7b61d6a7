/* SPDX-License-Identifier: MIT */

/* Makes the fault table that it is linked with run its rows over TLS. */

#include "check.h"
#include "client.h"
#include "fault.h"
#include "tls-server.h"

static void
prepare (struct nbd_handle *h)
{
  tls_client (h, LIBNBD_TLS_REQUIRE);
}

static void
start (struct server *s, struct nbd_handle *h)
{
  server_expect (s, "u32 FIXED_NEWSTYLE|NO_ZEROES option NBD_OPT_STARTTLS");
  server_expect_nothing (s);
  tls_accept (s, h, NULL);
}

static void use_tls (void) __attribute__ ((constructor));

static void
use_tls (void)
{
  static const struct fault_cipher tls = {
    .prepare = prepare,
    .start = start,
    .closed = "without the server's",
  };

  fault_cipher = &tls;
}
