/* SPDX-License-Identifier: MIT */
/* The plain transport: a socket. */

#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* A receive that got less than it asked for has emptied the socket.  While
 * this much was copied the server had the time to send more.
 */
#define LARGE_RECEIVE (64 * 1024)

static ssize_t
socket_receive (struct nbd_handle *h, struct iovec *iov, int n)
{
  struct msghdr msg = { .msg_iov = iov, .msg_iovlen = n };
  size_t asked = 0;
  ssize_t r;

  for (int i = 0; i < n; i++)
    asked += iov[i].iov_len;
  do {
    r = n == 1 ? recv (h->conn.sock, iov[0].iov_base, iov[0].iov_len, 0)
               : recvmsg (h->conn.sock, &msg, 0);
  } while (r == -1 && errno == EINTR);
  h->in.receives--;
  if (r < LARGE_RECEIVE && (r == -1 || (size_t) r < asked))
    h->in.receives = 0;
  return r;
}

static ssize_t
socket_send (struct nbd_handle *h, struct iovec *iov, int n)
{
  struct msghdr msg = { .msg_iov = iov, .msg_iovlen = n };
  ssize_t r;

  nbdi_hold ();
  do {
    r = n == 1
      ? send (h->conn.sock, iov[0].iov_base, iov[0].iov_len, MSG_NOSIGNAL)
      : sendmsg (h->conn.sock, &msg, MSG_NOSIGNAL);
  } while (r == -1 && errno == EINTR);
  return r;
}

static int
socket_shutdown_write (struct nbd_handle *h)
{
  if (shutdown (h->conn.sock, SHUT_WR) == -1 && errno != ENOTCONN)
    nbdi_debug (h, "shutdown: %m");
  return NBDI_IO_READY;
}

const struct nbdi_transport nbdi_socket_transport = {
  .name = "socket",
  .receive = socket_receive,
  .send = socket_send,
  .shutdown_write = socket_shutdown_write,
};

/* Make a descriptor non-blocking and close-on-exec. */
int
nbdi_prepare_socket (int sock)
{
  int flags = fcntl (sock, F_GETFL);
  if (flags == -1 || fcntl (sock, F_SETFL, flags | O_NONBLOCK) == -1) {
    nbdi_error (errno, "fcntl: O_NONBLOCK on descriptor %d", sock);
    return -1;
  }
  flags = fcntl (sock, F_GETFD);
  if (flags == -1 || fcntl (sock, F_SETFD, flags | FD_CLOEXEC) == -1) {
    nbdi_error (errno, "fcntl: FD_CLOEXEC on descriptor %d", sock);
    return -1;
  }
  return 0;
}

void
nbdi_close_socket (struct nbd_handle *h)
{
  /* Another thread may be about to poll it, so its number cannot be given
   * away yet.
   */
  if (h->seat.watchers > 0) {
    shutdown (h->conn.sock, SHUT_RDWR);
    h->seat.lingering = h->conn.sock;
  }
  else if (h->conn.sock >= 0)
    close (h->conn.sock);
  h->conn.sock = -1;
  h->conn.transport = NULL;
}
