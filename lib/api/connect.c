/* SPDX-License-Identifier: MIT */
/* Connecting by address, by name, and through a socket of the program. */

#include "api/uri.h"

#include <errno.h>
#include <unistd.h>

#ifdef HAVE_LINUX_VM_SOCKETS_H
#include <linux/vm_sockets.h>
#endif

/* Begin to connect to the address, or to the name. */
static int
begin (struct nbd_handle *h)
{
  nbdi_begin_to_last (h);
  nbdi_begin_addresses (&h->link.reach);
  nbdi_event (&h->link, NBDI_EVENT_CONNECT);
  if (nbdi_phase_in (h, NBDI_PHASE_DEAD | NBDI_PHASE_CREATED))
    return -1;
  return 0;
}

int
nbdi_aio_connect (struct nbd_handle *h, const struct sockaddr *addr,
                  socklen_t addrlen)
{
  if (addrlen < sizeof (sa_family_t)
      || addrlen > sizeof (struct sockaddr_storage)) {
    nbdi_error (EINVAL, "socket address of %u bytes", (unsigned) addrlen);
    return -1;
  }
  if (nbdi_apply_environment (h) == -1
      || nbdi_add_address (&h->link.reach, addr, addrlen) == -1)
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
  /* An empty path would be taken as an abstract name. */
  if (len == 0) {
    nbdi_error (EINVAL, "Unix socket path is empty");
    return -1;
  }
  memcpy (un.sun_path, unixsocket, len);
  if (nbdi_apply_environment (h) == -1
      || nbdi_add_address (&h->link.reach, (struct sockaddr *) &un, sizeof un)
           == -1)
    return -1;
  return begin (h);
}

#ifdef HAVE_LINUX_VM_SOCKETS_H
int
nbdi_aio_connect_vsock (struct nbd_handle *h, uint32_t cid, uint32_t port)
{
  struct sockaddr_vm vm = {
    .svm_family = AF_VSOCK,
    .svm_cid = cid,
    .svm_port = port,
  };

  if (nbdi_apply_environment (h) == -1
      || nbdi_add_address (&h->link.reach, (struct sockaddr *) &vm, sizeof vm)
           == -1)
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
  nbdi_error (ENOTSUP, "this library was built without AF_VSOCK");
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
  if (nbdi_apply_environment (h) == -1)
    return -1;
  if (nbdi_replace_string (&h->link.reach.host, hostname) == -1
      || nbdi_replace_string (&h->link.reach.port, port) == -1) {
    nbdi_forget_peer (&h->link.reach);
    return -1;
  }
  h->link.reach.retry = true;
  return begin (h);
}

int
nbdi_aio_connect_socket (struct nbd_handle *h, int sock)
{
  if (nbdi_prepare_socket (sock) == -1) {
    close (sock);
    return -1;
  }
  nbdi_begin_to_last (h);
  nbdi_use_socket (&h->link.channel, sock);
  nbdi_keep_alive (sock, h->link.reach.keepalive);
  nbdi_event (&h->link, NBDI_EVENT_CONNECT_SOCKET);
  return 0;
}
