/* SPDX-License-Identifier: MIT */

/* A large payload is sent in as few records as possible, and the request is
 * in the first of them, however slowly the socket takes them. */

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "client.h"
#include "tls-server.h"

#define SIZE (1 << 20)
#define RECORD 16384

void
test (void)
{
  struct server s;
  struct nbd_handle *h;
  struct tls_server *t;
  struct calls c = { .gives = 1 };
  char *buf = malloc (SIZE);

  requires_tls ();
  h = tls_connected (&s, SIMPLE, NULL);
  t = s.tls;
  t->records = 0;
  pattern_fill (buf, 0, SIZE);
  CHECK_OK (nbd_aio_pwrite (h, buf, SIZE, 0, completion (&c), 0));
  s.drives = h;
  server_need (&s, 28 + SIZE);
  CHECK_BYTES (s.in.p + 28, SIZE, buf, SIZE);
  CHECK (t->records <= SIZE / RECORD + SIZE / RECORD / 8);
  bytes_drop (&s.in, s.in.len);
  server_say (&s, "simple 0 1");
  pump (h);
  CHECK_CALLS (&c, 1);
  CHECK_INT (c.error, 0);
  nbd_close (h);
  server_close (&s);
  free (buf);
}
