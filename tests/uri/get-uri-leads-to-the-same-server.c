/* SPDX-License-Identifier: MIT */
/* However a handle was connected, another handle that connects to the result
 * of nbd_get_uri reaches the same server and export, and returns the same
 * URI. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"
#include "process.h"

#define EXPORT "a/b c+d%41&e=f;g#h?i\303\251"
#define ENCODED "a/b%20c%2Bd%2541%26e%3Df%3Bg%23h%3Fi%C3%A9"

/* Get the URI, and connect another handle to it. */
static void
check_again (struct nbd_handle *h, const char *want)
{
  CHECK_DISK (h);
  char *uri = nbd_get_uri (h);
  CHECK_STRING (uri, want);
  struct nbd_handle *other = nbd_create ();
  CHECK (other != NULL);
  CHECK_OK (nbd_connect_uri (other, uri));
  CHECK_DISK (other);
  char *export_name = nbd_get_export_name (other);
  CHECK_STRING (export_name, EXPORT);
  char *again = nbd_get_uri (other);
  CHECK_STRING (again, uri);
  free (again);
  free (export_name);
  free (uri);
  nbd_close (other);
  nbd_close (h);
}

static struct nbd_handle *
new_handle (void)
{
  struct nbd_handle *h = nbd_create ();

  CHECK (h != NULL);
  CHECK_OK (nbd_set_export_name (h, EXPORT));
  return h;
}

static void
check_tcp (int family, const char *host, const char *host_in_uri)
{
  uint16_t port;
  int fd = tcp_listener (family, &port);
  pid_t pid = serve_listener (fd);
  char service[16], uri[256];
  struct nbd_handle *h = new_handle ();

  snprintf (service, sizeof service, "%u", port);
  snprintf (uri, sizeof uri, "nbd://%s:%u/%s", host_in_uri, port, ENCODED);
  CHECK_OK (nbd_connect_tcp (h, host, service));
  check_again (h, uri);
  stop_server (pid);
}

static void
wait_connected (struct nbd_handle *h)
{
  while (nbd_aio_is_connecting (h))
    CHECK_OK (nbd_poll (h, -1));
}

static void
check_address (void)
{
  uint16_t port;
  int fd = tcp_listener (AF_INET6, &port);
  pid_t pid = serve_listener (fd);
  struct sockaddr_in6 sin6 = {
    .sin6_family = AF_INET6,
    .sin6_addr = in6addr_loopback,
    .sin6_port = htons (port),
  };
  char uri[256];
  struct nbd_handle *h = new_handle ();

  snprintf (uri, sizeof uri, "nbd://[::1]:%u/%s", port, ENCODED);
  CHECK_OK (nbd_aio_connect (h, (struct sockaddr *) &sin6, sizeof sin6));
  wait_connected (h);
  check_again (h, uri);
  stop_server (pid);
}

static void
check_unix (void)
{
  struct sockaddr_un un = { .sun_family = AF_UNIX };
  char dir[] = "/tmp/causeway-uriXXXXXX", uri[256];
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct nbd_handle *h = new_handle ();

  CHECK (mkdtemp (dir) != NULL);
  snprintf (un.sun_path, sizeof un.sun_path, "%s/a&b", dir);
  CHECK_INT (bind (fd, (struct sockaddr *) &un, sizeof un), 0);
  CHECK_INT (listen (fd, 5), 0);
  pid_t pid = serve_listener (fd);
  CHECK_OK (nbd_connect_unix (h, un.sun_path));
  snprintf (uri, sizeof uri, "nbd+unix:///%s?socket=%s/a%%26b", ENCODED, dir);
  check_again (h, uri);
  stop_server (pid);
  unlink (un.sun_path);
  rmdir (dir);
}

static void
check_activation (void)
{
  struct nbd_handle *h = new_handle ();

  CHECK_OK (nbd_connect_systemd_socket_activation (h, nbdkit_activated));
  char *uri = nbd_get_uri (h);
  CHECK_CONTAINS (uri, "nbd+unix:///" ENCODED "?socket=/tmp/libnbd");
  check_again (h, uri);
  free (uri);
}

void
test (void)
{
  requires_uris ();
  requires_program ("nbdkit");
  check_unix ();
  check_activation ();
  check_tcp (AF_INET, "127.0.0.1", "127.0.0.1");
  check_tcp (AF_INET6, "::1", "[::1]");
  check_address ();
}
