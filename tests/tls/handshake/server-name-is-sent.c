/* SPDX-License-Identifier: MIT */
/* The client sends the name of the host that it wants, so that a server with
 * several names can choose its certificate.  A dot at the end of the name is
 * not sent, and an address is not sent at all. */

#include <string.h>

#include "check.h"
#include "client.h"
#include "tls-server.h"

static const struct {
  const char *hostname, *sent, *never;
} rows[] = {
  { "one.example", "one.example", NULL },
  { "two.example.", "two.example", "two.example." },
  { "192.0.2.7", NULL, "192.0.2.7" },
  { "2001:db8::7", NULL, "2001:db8::7" },
  { "fe80::7%eth0", NULL, "fe80::7" },
  { NULL, NULL, "example" },
};

static bool
has (const struct server *s, const char *text)
{
  return memmem (s->in.p, s->in.len, text, strlen (text)) != NULL;
}

static void
run (size_t i)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_tls (h, LIBNBD_TLS_REQUIRE));
  if (rows[i].hostname)
    CHECK_OK (nbd_set_tls_hostname (h, rows[i].hostname));
  tls_ask (&s, h);
  server_say (&s, "reply NBD_OPT_STARTTLS NBD_REP_ACK");
  pump (h);
  CHECK_STATE (h, "CONNECTING");
  CHECK (server_take (&s) > 100);
  if (rows[i].sent)
    CHECK (has (&s, rows[i].sent));
  if (rows[i].never)
    CHECK (!has (&s, rows[i].never));
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  static size_t i; /* survives the jump of a failed row */

  requires_tls ();
  for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (ROW (rows[i].hostname ? rows[i].hostname : "no name"))
      run (i);
  check_rows_end ();
}
