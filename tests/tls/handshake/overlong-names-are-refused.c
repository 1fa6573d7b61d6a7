/* SPDX-License-Identifier: MIT */
/* Names that TLS cannot carry, and paths that no system has, end the
 * connection before any part of them is sent. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "client.h"
#include "tls-server.h"

#define HUGE (1024 * 1024)

static char *text;

static void
with_keys (struct nbd_handle *h)
{
  tls_client (h, LIBNBD_TLS_REQUIRE);
}

static void
with_user (struct nbd_handle *h)
{
  CHECK_OK (nbd_set_tls_username (h, TLS_USER));
}

static const struct {
  const char *name;
  void (*prepare) (struct nbd_handle *h);
  int (*set) (struct nbd_handle *h, const char *value);
  int errnum;
  const char *text;
} rows[] = {
  { "user", with_keys, nbd_set_tls_username, EINVAL, "no key for user" },
  { "file of keys", with_user, nbd_set_tls_psk_file, ENAMETOOLONG,
    "PSK file" },
  { "directory", NULL, nbd_set_tls_certificates, ENAMETOOLONG, "TLS" },
  { "host", NULL, nbd_set_tls_hostname, 0, "server name" },
  { "priority", NULL, nbd_set_tls_priority, EINVAL, "priority" },
};

static void
run (size_t i)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_tls (h, LIBNBD_TLS_REQUIRE));
  if (rows[i].prepare)
    rows[i].prepare (h);
  CHECK_OK (rows[i].set (h, text));
  tls_ask (&s, h);
  server_say (&s, "reply NBD_OPT_STARTTLS NBD_REP_ACK");
  CHECK_INT (nbd_aio_notify_read (h), -1);
  CHECK_ERROR (rows[i].errnum, rows[i].text);
  CHECK_STATE (h, "DEAD");
  server_expect_nothing (&s);
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  static size_t i; /* survives the jump of a failed row */

  requires_tls ();
  text = malloc (HUGE + 1);
  memset (text, 'x', HUGE);
  text[HUGE] = '\0';
  for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (ROW (rows[i].name))
      run (i);
  free (text);
  check_rows_end ();
}
