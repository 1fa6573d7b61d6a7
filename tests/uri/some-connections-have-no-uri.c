/* SPDX-License-Identifier: MIT */
/* nbd_get_uri does not invent a URI for a socket of the program, a child
 * process or an address family without a scheme.  After an attempt to connect
 * that failed, neither the URI nor a setting names the host of that
 * attempt. */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "process.h"

static struct nbd_handle *
new_handle (void)
{
  struct nbd_handle *h = nbd_create ();

  CHECK (h != NULL);
  return h;
}

static void
check_none (struct nbd_handle *h, int errnum, const char *text)
{
  CHECK (nbd_get_uri (h) == NULL);
  CHECK_ERROR (errnum, text);
  nbd_close (h);
}

/* A port where connections are refused while the descriptor is open. */
static int
refusing_port (uint16_t *port)
{
  int on = 1, fd = tcp_listener (AF_INET, port);
  int keeper = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in sin = {
    .sin_family = AF_INET,
    .sin_port = htons (*port),
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
  };

  setsockopt (keeper, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  close (fd);
  CHECK_INT (bind (keeper, (struct sockaddr *) &sin, sizeof sin), 0);
  return keeper;
}

static void
check_after_failure (void)
{
  uint16_t port;
  int keeper = refusing_port (&port), pair[2];
  char service[16];
  struct nbd_handle *h = new_handle ();

  snprintf (service, sizeof service, "%u", port);
  CHECK_FAILS (nbd_connect_tcp (h, "127.0.0.1", service), ECONNREFUSED,
               "127.0.0.1");
  CHECK_STATE (h, "CREATED");
  CHECK_INT (socketpair (AF_UNIX, SOCK_STREAM, 0, pair), 0);
  CHECK_OK (nbd_aio_connect_socket (h, pair[0]));
  char *name = nbd_get_tls_hostname (h);
  CHECK_STRING (name, "");
  free (name);
  check_none (h, EINVAL, "has no URI");
  close (pair[1]);
  close (keeper);
}

void
test (void)
{
  struct nbd_handle *h = new_handle ();
  struct sockaddr netlink = { .sa_family = AF_NETLINK };
  char *cat[] = { (char *) "cat", NULL };
  int pair[2];

  if (!nbd_supports_uri (h))
    skip ("this library was built without support for URIs");
  check_none (h, ENOTCONN, "not connected yet");

  h = new_handle ();
  CHECK_INT (socketpair (AF_UNIX, SOCK_STREAM, 0, pair), 0);
  CHECK_OK (nbd_aio_connect_socket (h, pair[0]));
  check_none (h, EINVAL, "has no URI");
  close (pair[1]);

  h = new_handle ();
  CHECK_OK (nbd_aio_connect_command (h, cat));
  check_none (h, EINVAL, "has no URI");

  h = new_handle ();
  CHECK_INT (nbd_aio_connect (h, &netlink, sizeof netlink), -1);
  check_none (h, EAFNOSUPPORT, "has no URI");

  check_after_failure ();
}
