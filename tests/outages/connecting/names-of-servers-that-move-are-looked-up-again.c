/* SPDX-License-Identifier: MIT */
/* After an outage, the library first tries the address where the server was.
 * If that fails, it looks the name up again while it goes on trying, so that
 * it never waits for a resolver.  Then it tries the addresses that were
 * found.
 *
 * The linker redirects the library's calls to this file (-Wl,--wrap). */

#include <netdb.h>
#include <stdatomic.h>
#include <string.h>

#include "lasting.h"
#include "wrap.h"

static _Atomic unsigned asked;
/* The port that the lookup finds; NULL: the lookup fails. */
static const char *_Atomic place;

WRAPPER (int, getaddrinfo,
         (const char *host, const char *port, const struct addrinfo *hints,
          struct addrinfo **list))
{
  const char *to = place;

  (void) port;
  CHECK_STRING (host, "nbd.example");
  asked++;
  return to == NULL ? EAI_AGAIN
                    : __real_getaddrinfo ("127.0.0.1", to, hints, list);
}

/* The server ends, and nobody listens on its port. */
static void
leave (struct server *s, struct address *a)
{
  address_leave (a);
  server_close (s);
}

/* Drive the handle until this many events have come. */
static void
fail_attempts (struct nbd_handle *h, const struct events *e, int nr)
{
  while (e->calls.called < nr)
    CHECK_OK (nbd_poll (h, -1));
}

void
test (void)
{
  struct address old, new;
  struct server s;
  struct events e = { .letters = "" };
  struct nbd_handle *h = patient_handle ();

  CHECK_OK (nbd_set_event_callback (h, events (&e)));
  set_style (h, SIMPLE);
  address_open_tcp (&old);
  address_open_tcp (&new);
  address_listen (&old);
  place = old.port;
  CHECK_OK (nbd_aio_connect_tcp (h, "nbd.example", old.port));
  server_serves (&s, &old, h, SIMPLE, 1 << 20, FLAGS_ALL);
  is_served (&s, h);
  CHECK_INT (asked, 1);

  /* The server comes back where it was. */
  server_restarts (&s, &old, h, SIMPLE);
  is_served (&s, h);
  CHECK_INT (asked, 1);
  CHECK_STRING (e.letters, "CLB");

  /* The server moves. */
  place = new.port;
  address_listen (&new);
  leave (&s, &old);
  server_serves (&s, &new, h, SIMPLE, 1 << 20, FLAGS_ALL);
  is_served (&s, h);
  CHECK (asked > 1);
  CHECK (strncmp (e.letters, "CLBLA", 5) == 0);

  /* The name is not known, but the server comes back at its last address. */
  place = NULL;
  leave (&s, &new);
  unsigned before = asked;
  fail_attempts (h, &e, e.calls.called + 4);
  CHECK (asked > before);
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_ATTEMPT_FAILED], "refused");
  address_listen (&new);
  server_serves (&s, &new, h, SIMPLE, 1 << 20, FLAGS_ALL);
  is_served (&s, h);
  nbd_close (h);
  server_close (&s);
  address_close (&old);
  address_close (&new);
}
