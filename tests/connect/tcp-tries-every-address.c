/* SPDX-License-Identifier: MIT */
/* The resolver may return several addresses for a name.  The library tries
 * them in order until one works.  If none works, the errno is that of the
 * first one, and the handle can try again.  This program is its own
 * resolver. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "process.h"

#define MAX 4
static struct sockaddr_storage address[MAX];
static struct addrinfo list[MAX];
static int nr;

/* The library's calls arrive here. */
int
getaddrinfo (const char *node, const char *service,
             const struct addrinfo *hints, struct addrinfo **res)
{
  (void) service, (void) hints;
  if (strcmp (node, "many.example") != 0)
    return EAI_NONAME;
  for (int i = 0; i < nr; i++)
    list[i].ai_next = i + 1 < nr ? &list[i + 1] : NULL;
  *res = list;
  return 0;
}

void
freeaddrinfo (struct addrinfo *res)
{
  CHECK (res == list);
}

static void
add_address (int family, uint16_t port)
{
  struct addrinfo *ai = &list[nr];
  *ai = (struct addrinfo) { .ai_family = family,
                            .ai_socktype = SOCK_STREAM,
                            .ai_protocol = IPPROTO_TCP,
                            .ai_addr = (struct sockaddr *) &address[nr] };
  if (family == AF_INET6) {
    struct sockaddr_in6 sin6 = {
      .sin6_family = AF_INET6,
      .sin6_port = htons (port),
      .sin6_addr = in6addr_loopback,
    };
    memcpy (ai->ai_addr, &sin6, ai->ai_addrlen = sizeof sin6);
  }
  else {
    struct sockaddr_in sin = {
      .sin_family = AF_INET,
      .sin_port = htons (port),
      .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
    };
    memcpy (ai->ai_addr, &sin, ai->ai_addrlen = sizeof sin);
  }
  nr++;
}

/* A port where connecting is refused: a socket keeps it, so that no other
 * program gets it. */
static uint16_t
refusing_port (int family)
{
  uint16_t port;
  int fd = tcp_listener (family, &port);
  int keeper = socket (family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int on = 1;
  setsockopt (keeper, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  close (fd);
  struct sockaddr_in sin = {
    .sin_family = AF_INET,
    .sin_port = htons (port),
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
  };
  CHECK_INT (bind (keeper, (struct sockaddr *) &sin, sizeof sin), 0);
  return port;
}

void
test (void)
{
  requires_program ("nbdkit");
  uint16_t good, bad = refusing_port (AF_INET);
  pid_t pid = serve_listener (tcp_listener (AF_INET, &good));

  add_address (AF_INET, bad);
  add_address (AF_INET6, bad);
  add_address (AF_INET, bad);
  struct nbd_handle *h = nbd_create ();
  CHECK_FAILS (nbd_connect_tcp (h, "many.example", "nbd"), ECONNREFUSED,
               "nbd_connect_tcp: ");
  CHECK_STATE (h, "CREATED");
  CHECK_FAILS (nbd_connect_tcp (h, "unknown.example", "nbd"), 0,
               "nbd_connect_tcp: ");
  CHECK_STATE (h, "CREATED");

  add_address (AF_INET, good);
  CHECK_OK (nbd_connect_tcp (h, "many.example", "nbd"));
  CHECK_DISK (h);
  CHECK_OK (nbd_shutdown (h, 0));
  nbd_close (h);
  stop_server (pid);
}
