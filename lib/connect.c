/* SPDX-License-Identifier: MIT */
/* Finding and reaching a server: address lists, and the states' helpers. */

#include "internal.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_LINUX_VM_SOCKETS_H
#include <linux/vm_sockets.h>
#endif

/* The kernel counts twice what is asked for. */
#define UNIX_SEND_BUFFER (1024 * 1024 / 2)

int
nbdi_add_address (struct nbd_handle *h, const struct sockaddr *addr,
                  socklen_t len)
{
  struct nbdi_connection *conn = &h->conn;
  struct nbdi_address *a =
    realloc (conn->addresses, (conn->nr_addresses + 1) * sizeof *a);

  if (a == NULL) {
    nbdi_error (errno, "realloc");
    return -1;
  }
  conn->addresses = a;
  a += conn->nr_addresses++;
  memset (a, 0, sizeof *a);
  memcpy (&a->addr, addr, len);
  a->len = len;
  return 0;
}

void
nbdi_forget_addresses (struct nbd_handle *h)
{
  free (h->conn.addresses);
  h->conn.addresses = NULL;
  h->conn.nr_addresses = h->conn.next = 0;
  h->conn.retry = false;
  h->conn.first_errno = 0;
}

static void
address_failed (struct nbd_handle *h, int errnum)
{
  if (h->conn.first_errno == 0)
    h->conn.first_errno = errnum;
  nbdi_debug (h, "connect: address %zu of %zu: %s", h->conn.next,
              h->conn.nr_addresses, strerror (errnum));
  nbdi_close_socket (h);
}

/* What the kernel's defaults leave to us, see "The data path". */
static void
tune_socket (int sock, int family)
{
  if (family == AF_UNIX) {
    int size = UNIX_SEND_BUFFER;
    setsockopt (sock, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  }
  else if (family == AF_INET || family == AF_INET6) {
    int on = 1;
    setsockopt (sock, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
}

/* Begin to connect to the next address.  READY: connected; WAIT: the
 * kernel is at it; FAILED: try the one after.
 */
int
nbdi_connect_next (struct nbd_handle *h)
{
  struct nbdi_address *a = &h->conn.addresses[h->conn.next++];
  int family = a->addr.ss_family;
  int sock = socket (family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  h->conn.peer = *a;
  if (sock == -1) {
    address_failed (h, errno);
    return NBDI_IO_FAILED;
  }
  h->conn.sock = sock;
  h->conn.transport = &nbdi_socket_transport;
  tune_socket (sock, family);
  if (connect (sock, (struct sockaddr *) &a->addr, a->len) == 0)
    return NBDI_IO_READY;
  if (errno == EINPROGRESS || errno == EINTR)
    return NBDI_IO_WAIT;
  address_failed (h, errno);
  return NBDI_IO_FAILED;
}

/* The socket became writable: did it connect? */
int
nbdi_connect_check (struct nbd_handle *h)
{
  int error;
  socklen_t len = sizeof error;

  if (getsockopt (h->conn.sock, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
    error = errno;
  if (error != 0) {
    address_failed (h, error);
    return -1;
  }
  return 0;
}

/* Nothing of a failed attempt may be told of the next one. */
void
nbdi_forget_peer (struct nbd_handle *h)
{
  nbdi_forget_addresses (h);
  free (h->conn.host);
  free (h->conn.port);
  h->conn.host = h->conn.port = NULL;
  memset (&h->conn.peer, 0, sizeof h->conn.peer);
}

/* Addresses that are numbers. */
static void
connect_other_error (struct nbd_handle *h)
{
#ifdef HAVE_LINUX_VM_SOCKETS_H
  const struct sockaddr_vm *vm = (const void *) &h->conn.peer.addr;

  if (vm->svm_family == AF_VSOCK) {
    nbdi_error (h->conn.first_errno, "connect: vsock cid %u port %u",
                vm->svm_cid, vm->svm_port);
    return;
  }
#endif
  char host[NI_MAXHOST], port[NI_MAXSERV];

  if (getnameinfo ((const struct sockaddr *) &h->conn.peer.addr,
                   h->conn.peer.len, host, sizeof host, port, sizeof port,
                   NI_NUMERICHOST | NI_NUMERICSERV) == 0)
    nbdi_error (h->conn.first_errno, "connect: %s port %s", host, port);
  else
    nbdi_error (h->conn.first_errno, "connect: address family %d",
                h->conn.peer.addr.ss_family);
}

/* No address is left: say why the first one failed. */
void
nbdi_connect_error (struct nbd_handle *h)
{
  if (nbdi_child_failed (h))
    return;
  if (h->conn.host) {
    CLEANUP_TEXT const char *host = nbdi_printable (h->conn.host);
    CLEANUP_TEXT const char *port = nbdi_printable (h->conn.port);
    nbdi_error (h->conn.first_errno, "connect: %s port %s", host, port);
  }
  else if (h->conn.peer.addr.ss_family == AF_UNIX) {
    const struct sockaddr_un *un = (void *) &h->conn.peer.addr;
    CLEANUP_TEXT const char *path = nbdi_printable_bytes (
      (const uint8_t *) un->sun_path, strnlen (un->sun_path,
                                               sizeof un->sun_path));
    nbdi_error (h->conn.first_errno, "connect: %s", path);
  }
  else
    connect_other_error (h);
}

/* Start on the addresses that were collected. */
static int
begin (struct nbd_handle *h)
{
  h->conn.next = 0;
  h->conn.first_errno = 0;
  nbdi_event (h, NBDI_EVENT_CONNECT);
  if (nbdi_phase_in (h, NBDI_PHASE_DEAD | NBDI_PHASE_CREATED))
    return -1;
  return 0;
}

int
nbdi_aio_connect (struct nbd_handle *h, const struct sockaddr *addr,
                  socklen_t addrlen)
{
  if (addrlen < sizeof (sa_family_t) ||
      addrlen > sizeof (struct sockaddr_storage)) {
    nbdi_error (EINVAL, "socket address of %u bytes", (unsigned) addrlen);
    return -1;
  }
  if (nbdi_add_address (h, addr, addrlen) == -1)
    return -1;
  return begin (h);
}

int
nbdi_aio_connect_unix (struct nbd_handle *h, const char *unixsocket)
{
  struct sockaddr_un un = { .sun_family = AF_UNIX };
  size_t len = strlen (unixsocket);

  if (len > sizeof un.sun_path) {
    nbdi_error (ENAMETOOLONG, "Unix socket path of %zu bytes exceeds %zu",
                len, sizeof un.sun_path);
    return -1;
  }
  /* An empty path would be an abstract name. */
  if (len == 0) {
    nbdi_error (EINVAL, "Unix socket path is empty");
    return -1;
  }
  memcpy (un.sun_path, unixsocket, len);
  if (nbdi_add_address (h, (struct sockaddr *) &un, sizeof un) == -1)
    return -1;
  return begin (h);
}

#ifdef HAVE_LINUX_VM_SOCKETS_H
int
nbdi_aio_connect_vsock (struct nbd_handle *h, uint32_t cid, uint32_t port)
{
  struct sockaddr_vm vm = {
    .svm_family = AF_VSOCK, .svm_cid = cid, .svm_port = port,
  };

  if (nbdi_add_address (h, (struct sockaddr *) &vm, sizeof vm) == -1)
    return -1;
  return begin (h);
}

bool
nbdi_supports_vsock (struct nbd_handle *h __attribute__ ((unused)))
{
  return true;
}
#else
int
nbdi_aio_connect_vsock (struct nbd_handle *h __attribute__ ((unused)),
                        uint32_t cid __attribute__ ((unused)),
                        uint32_t port __attribute__ ((unused)))
{
  nbdi_error (ENOTSUP, "AF_VSOCK was not there when this was compiled");
  return -1;
}

bool
nbdi_supports_vsock (struct nbd_handle *h __attribute__ ((unused)))
{
  return false;
}
#endif

int
nbdi_aio_connect_tcp (struct nbd_handle *h, const char *hostname,
                      const char *port)
{
  const struct addrinfo hints = {
    .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM,
  };
  struct addrinfo *list;
  int r = getaddrinfo (hostname, port, &hints, &list);

  if (r != 0) {
    int errnum = r == EAI_SYSTEM ? errno : r == EAI_MEMORY ? ENOMEM : 0;
    CLEANUP_TEXT const char *name = nbdi_printable (hostname);
    CLEANUP_TEXT const char *service = nbdi_printable (port);
    nbdi_error (errnum, "getaddrinfo: %s port %s: %s", name, service,
                gai_strerror (r));
    return -1;
  }
  for (struct addrinfo *a = list; r == 0 && a != NULL; a = a->ai_next)
    r = nbdi_add_address (h, a->ai_addr, a->ai_addrlen);
  freeaddrinfo (list);
  if (r == -1 || nbdi_replace_string (&h->conn.host, hostname) == -1 ||
      nbdi_replace_string (&h->conn.port, port) == -1) {
    nbdi_forget_peer (h);
    return -1;
  }
  h->conn.retry = true;
  return begin (h);
}

int
nbdi_aio_connect_socket (struct nbd_handle *h, int sock)
{
  if (nbdi_prepare_socket (sock) == -1) {
    close (sock);
    return -1;
  }
  h->conn.sock = sock;
  h->conn.transport = &nbdi_socket_transport;
  nbdi_event (h, NBDI_EVENT_CONNECT_SOCKET);
  return 0;
}
