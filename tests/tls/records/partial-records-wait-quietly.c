/* SPDX-License-Identifier: MIT */
/* The record of a reply arrives in small pieces.  Until its last byte has
 * arrived, the direction is READ only and nothing is ready, so no main loop
 * spins.  With the last byte, the command completes. */

#include "check.h"
#include "client.h"
#include "tls-server.h"

static void
run (const char *version)
{
  static const char reply[] = "\x67\x44\x66\x98\0\0\0\0\0\0\0\0\0\0\0\1data";
  struct server s;
  struct nbd_handle *h = tls_connected (&s, SIMPLE, version);
  struct tls_server *t = s.tls;
  struct calls read = { .gives = 1 };
  const void *p = reply;
  size_t len = sizeof reply - 1;
  char buf[4];
  ssize_t r;
  unsigned steps = 0;

  CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&read), 0));
  server_expect (&s, "request 0 READ 1 0 4");
  for (t->budget = 0;; t->budget = 1) {
    r = gnutls_record_send (t->session, p, len);
    p = NULL;
    len = 0;
    if (r != GNUTLS_E_AGAIN)
      break;
    steps++;
    pump (h);
    CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
    CHECK (!is_awake (h));
    CHECK_INT (nbd_poll (h, 0), 0);
    CHECK_INT (read.called, 0);
  }
  CHECK (r > 0);
  CHECK (steps > 20);
  CHECK (is_awake (h));
  pump (h);
  CHECK_CALLS (&read, 1);
  CHECK_INT (read.error, 0);
  CHECK_BYTES (buf, 4, "data", 4);
  CHECK_STATE (h, "READY");
  t->budget = SIZE_MAX;
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  requires_tls ();
  check_case ("TLS 1.2");
  run ("TLS1.2");
  check_case ("TLS 1.3");
  run ("TLS1.3");
}
