/* SPDX-License-Identifier: MIT */
/* When the queue of connections of a Unix socket is full, the system refuses
 * another one at once.  The error says so.  With a connect timeout the
 * library tries again, without blocking the program. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lasting.h"

#define FULL ": the server's queue of connections is full"

static void
one_attempt_fails (const struct address *a)
{
  struct nbd_handle *h = nbd_create ();
  char want[256];

  snprintf (want, sizeof want,
            "nbd_connect_unix: connect: \"%s\"" FULL
            "; a connect timeout waits for room: ",
            a->path);
  CHECK_FAILS (nbd_connect_unix (h, a->path), EAGAIN, want);
  nbd_close (h);
}

static void
more_attempts_succeed (const struct address *a)
{
  struct nbd_handle *h = nbd_create ();
  struct events e = { .letters = "" };
  struct server waiting, s;

  CHECK_OK (nbd_set_connect_timeout (h, -1));
  CHECK_OK (nbd_set_event_callback (h, events (&e)));
  CHECK_OK (nbd_aio_connect_unix (h, a->path));
  CHECK_STATE (h, "CONNECTING");
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_ATTEMPT_FAILED], FULL ": ");
  while (strlen (e.letters) < 3)
    CHECK_OK (nbd_poll (h, -1));
  CHECK_STRING (e.letters, "AAA");

  CHECK (server_is_asked (&waiting, a));
  server_close (&waiting);
  server_serves (&s, a, h, SIMPLE, 4096, FLAGS_ALL);
  CHECK_INT (nbd_get_size (h), 4096);
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  struct address a;
  struct nbd_handle *first = nbd_create ();

  address_open (&a);
  address_listen (&a);
  /* There is room for one connection. */
  CHECK_INT (listen (a.listener, 0), 0);
  CHECK_OK (nbd_aio_connect_unix (first, a.path));
  one_attempt_fails (&a);
  more_attempts_succeed (&a);
  nbd_close (first);
  address_close (&a);
}
