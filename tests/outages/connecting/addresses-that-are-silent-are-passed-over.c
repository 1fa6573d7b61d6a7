/* SPDX-License-Identifier: MIT */
/* A name has two addresses, and nobody answers at the first.  After the
 * attempt that hung there, the next attempt begins with the second address.
 * When the connection is lost, the library first tries the address where the
 * server was.
 *
 * The linker redirects the library's calls to this file (-Wl,--wrap). */

#include <netdb.h>
#include <string.h>

#include "lasting.h"
#include "wrap.h"

static struct address silent, served;

WRAPPER (int, getaddrinfo,
         (const char *host, const char *port, const struct addrinfo *hints,
          struct addrinfo **list))
{
  (void) port;
  CHECK_STRING (host, "nbd.example");
  int r = __real_getaddrinfo ("127.0.0.1", silent.port, hints, list);
  if (r == 0)
    r = __real_getaddrinfo ("127.0.0.1", served.port, hints,
                            &(*list)->ai_next);
  return r;
}

void
test (void)
{
  struct server s;
  struct events e = { .letters = "" };
  struct nbd_handle *h = patient_handle ();

  CHECK_OK (nbd_set_connect_timeout (h, -1));
  CHECK_OK (nbd_set_event_callback (h, events (&e)));
  set_style (h, SIMPLE);
  address_open_tcp (&silent);
  address_open_tcp (&served);
  address_listen (&silent);
  address_listen (&served);
  CHECK_OK (nbd_set_stall_timeout (h, 500));
  CHECK_OK (nbd_aio_connect_tcp (h, "nbd.example", "0"));
  while (strchr (e.letters, 'A') == NULL)
    CHECK_OK (nbd_poll (h, -1));
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_ATTEMPT_FAILED], "silent");
  server_serves (&s, &served, h, SIMPLE, 1 << 20, FLAGS_ALL);
  is_served (&s, h);
  CHECK_STRING (e.letters, "AC");

  server_restarts (&s, &served, h, SIMPLE);
  is_served (&s, h);
  CHECK_STRING (e.letters, "ACLB");
  nbd_close (h);
  server_close (&s);
  address_close (&silent);
  address_close (&served);
}
