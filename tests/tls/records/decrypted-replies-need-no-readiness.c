/* SPDX-License-Identifier: MIT */

/* Replies that share a record, or that were received together with others,
 * are available although the socket is not readable.  The direction shows
 * them, and nbd_poll takes them one by one.  They are more than the library
 * decrypts at once. */

#include "check.h"
#include "client.h"
#include "tls-server.h"

#define N 12

/* With FITS, whole replies fill a receive buffer whose size is a power of
 * two; with SPLIT, the buffer ends inside a reply. */
#define FITS (4096 - 16)
#define SPLIT 5000

static void
run (int size, bool one_record, bool own_loop)
{
  struct server s;
  struct nbd_handle *h = tls_connected (&s, SIMPLE, NULL);
  struct calls calls[N] = { 0 };
  struct tls_server *t = s.tls;
  static char bufs[N][SPLIT];
  int done = 0;

  for (int i = 0; i < N; i++)
    CHECK_OK (nbd_aio_pread (h, bufs[i], size, 0, completion (&calls[i]), 0));
  pump (h);
  if (one_record)
    gnutls_record_cork (t->session);
  for (int i = 1; i <= N; i++)
    server_say (&s, "simple 0 %d pattern 0 %d", i, size);
  if (one_record)
    CHECK (gnutls_record_uncork (t->session, 0) > 0);

  while (done < N) {
    if (own_loop) {
      CHECK (is_awake (h));
      CHECK_OK (nbd_aio_notify_read (h));
    }
    else
      CHECK_INT (nbd_poll (h, 0), 1);
    int now = 0;
    for (int i = 0; i < N; i++)
      now += calls[i].called;
    if (!own_loop)
      CHECK_INT (now, done + 1);
    CHECK (now > done);
    done = now;
  }
  CHECK_INT (nbd_poll (h, 0), 0);
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  requires_tls ();
  for (int i = 0; i < 8; i++) {
    check_case ("%s, %s, %d bytes", i & 1 ? "one record" : "many records",
                i & 2 ? "notify" : "poll", i & 4 ? FITS : SPLIT);
    run (i & 4 ? FITS : SPLIT, i & 1, i & 2);
  }
}
