/* SPDX-License-Identifier: MIT */
/* A program that watches the descriptor with epoll must see that it changes
 * when the library tries the next address: epoll has forgotten the socket
 * that was closed.
 *
 * The linker redirects the library's calls to this file (-Wl,--wrap). */

#include <netdb.h>
#include <poll.h>
#include <string.h>

#include "lasting.h"
#include "wrap.h"

static struct address refuses, served;

WRAPPER (int, getaddrinfo,
         (const char *host, const char *port, const struct addrinfo *hints,
          struct addrinfo **list))
{
  (void) host;
  (void) port;
  int r = __real_getaddrinfo ("127.0.0.1", refuses.port, hints, list);
  if (r == 0)
    r = __real_getaddrinfo ("127.0.0.1", refuses.port, hints,
                            &(*list)->ai_next);
  if (r == 0)
    r = __real_getaddrinfo ("127.0.0.1", served.port, hints,
                            &(*list)->ai_next->ai_next);
  return r;
}

void
test (void)
{
  struct nbd_handle *h = nbd_create ();
  struct server s;
  int before = -1, sockets = 0;

  address_open_tcp (&refuses);
  address_open_tcp (&served);
  address_listen (&served);
  set_style (h, SIMPLE);
  CHECK_OK (nbd_aio_connect_tcp (h, "nbd.example", "0"));
  while (strstr (nbd_connection_state (h), "CONNECT.AWAIT") != NULL) {
    struct pollfd fd = { .fd = nbd_aio_get_fd (h), .events = POLLOUT };

    CHECK (fd.fd != before);
    before = fd.fd;
    sockets++;
    CHECK_INT (poll (&fd, 1, -1), 1);
    CHECK_OK (nbd_aio_notify_write (h));
  }
  CHECK_INT (sockets, 3);
  server_serves (&s, &served, h, SIMPLE, 4096, FLAGS_ALL);
  drive_until (h, "READY");
  nbd_close (h);
  server_close (&s);
  address_close (&refuses);
  address_close (&served);
}
