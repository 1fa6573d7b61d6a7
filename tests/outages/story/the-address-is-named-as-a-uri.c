/* SPDX-License-Identifier: MIT */
/* Messages of a handle that stays connected name the server by its URI, even
 * if the program gave an address.  If an address has no URI, they say "the
 * server". */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "check.h"

static const struct {
  const char *name;
  int family;
  const char *server;
} rows[] = {
  { "IPv4", AF_INET, "could not connect to nbd://127.0.0.1:1/ within" },
  { "IPv6", AF_INET6, "could not connect to nbd://[::1]:1/ within" },
  { "unknown", 12345, "could not connect to the server within" },
};

/* Nobody listens on the port. */
static void
connect_to (size_t row)
{
  union {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
  } addr = { .any.sa_family = rows[row].family };
  struct nbd_handle *h = nbd_create ();

  if (rows[row].family == AF_INET6) {
    addr.in6.sin6_port = htons (1);
    addr.in6.sin6_addr = in6addr_loopback;
  }
  else {
    addr.in.sin_port = htons (1);
    addr.in.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  }
  CHECK_OK (nbd_set_connect_timeout (h, 50));
  CHECK_OK (nbd_aio_connect (h, &addr.any,
                             rows[row].family == AF_INET6 ? sizeof addr.in6
                                                          : sizeof addr.in));
  while (nbd_poll (h, -1) != -1)
    ;
  CHECK_CONTAINS (nbd_get_error (), rows[row].server);
  nbd_close (h);
}

void
test (void)
{
  RUN_ROWS (rows, connect_to);
}
