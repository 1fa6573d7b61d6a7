/* SPDX-License-Identifier: MIT */
/* A server that accepts the journal but is lost with the next command, each
 * time, does not end the outage.  The outage goes on, with its pauses, until
 * the reconnect timeout expires. */
#include <errno.h>

#include "lasting.h"

#define PATIENCE 600

/* Accept the journal, which is one write, and the next command, and close. */
static void
fail_again (struct server *s, struct nbd_handle *h)
{
  uint16_t type = 0;

  s->gives_up = true;
  s->drives = h;
  server_handshake (s, SIMPLE, 1 << 20, FLAGS_ALL);
  uint64_t cookie = server_request (s, &type);
  CHECK_INT (type, 1);
  server_say (s, "simple 0 %llu", (unsigned long long) cookie);
  server_request (s, &type);
  CHECK_INT (type, 0);
  server_close (s);
}

void
test (void)
{
  struct address a;
  struct server s;
  struct calls write = { .called = 0 };
  struct events e = { .letters = "" };
  char buf[4];
  int attempts = 0;
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_reconnect_timeout (h, PATIENCE));
  CHECK_OK (nbd_set_event_callback (h, events (&e)));
  lasting_connect (h, &s, &a, SIMPLE, FLAGS_ALL);
  CHECK_OK (nbd_aio_pwrite (h, "abcd", 4, 0, completion (&write), 0));
  pump (h);
  server_say (&s, "simple 0 %llu",
              (unsigned long long) server_request (&s, NULL));
  while (write.called == 0)
    CHECK_OK (nbd_poll (h, -1));
  CHECK_OK (nbd_aio_pread (h, buf, 4, 64, NBD_NULL_COMPLETION, 0));
  server_close (&s);
  while (!nbd_aio_is_dead (h)) {
    if (server_is_asked (&s, &a)) {
      fail_again (&s, h);
      attempts++;
    }
    nbd_poll (h, 10);
  }
  CHECK (attempts > 1 && attempts < 20);
  CHECK_CONTAINS (e.letters, "CLA");
  CHECK_INT (nbd_stats_reconnects (h), 0);
  nbd_close (h);
  address_close (&a);
}
