/* SPDX-License-Identifier: MIT */
/* The plain transport: a socket. */

#include "transport/transport.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

/* A receive that got less than it asked for has emptied the socket.  But
 * after a receive of this size the server had time to send more. */
#define LARGE_RECEIVE (64 * 1024)

/* Record a receive: it may have emptied the socket. */
static void
count_receive (struct nbdi_channel *ch, const struct iovec *iov, int n,
               ssize_t r)
{
  size_t asked = 0;

  for (int i = 0; i < n; i++)
    asked += iov[i].iov_len;
  nbdi_note_moved (ch, r);
  ch->receives--;
  if (r < LARGE_RECEIVE && (r == -1 || (size_t) r < asked))
    ch->receives = 0;
}

static ssize_t
socket_receive (struct nbdi_channel *ch, struct iovec *iov, int n)
{
  struct msghdr msg = { .msg_iov = iov, .msg_iovlen = n };
  ssize_t r;

  do {
    r = n == 1 ? recv (ch->sock, iov[0].iov_base, iov[0].iov_len, 0)
               : recvmsg (ch->sock, &msg, 0);
  } while (r == -1 && errno == EINTR);
  count_receive (ch, iov, n, r);
  return r;
}

static ssize_t
socket_send (struct nbdi_channel *ch, struct iovec *iov, int n)
{
  struct msghdr msg = { .msg_iov = iov, .msg_iovlen = n };
  ssize_t r;

  nbdi_hold ();
  do {
    r = n == 1
          ? send (ch->sock, iov[0].iov_base, iov[0].iov_len, MSG_NOSIGNAL)
          : sendmsg (ch->sock, &msg, MSG_NOSIGNAL);
  } while (r == -1 && errno == EINTR);
  nbdi_note_moved (ch, r);
  return r;
}

static int
socket_shutdown_write (struct nbdi_channel *ch)
{
  if (shutdown (ch->sock, SHUT_WR) == -1 && errno != ENOTCONN)
    nbdi_debug (ch->trace, "shutdown: %m");
  return NBDI_IO_READY;
}

const struct nbdi_transport nbdi_socket_transport = {
  .name = "socket",
  .receive = socket_receive,
  .send = socket_send,
  .shutdown_write = socket_shutdown_write,
};

static int
set_passcred (int sock, int on)
{
  return setsockopt (sock, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
}

/* Receive, and find out which process sent the first bytes.  The kernel
 * never adds bytes of another process in the same receive. */
static ssize_t
receive_with_peer (struct nbdi_channel *ch, struct iovec *iov, int n)
{
  union {
    struct cmsghdr align;
    char buf[CMSG_SPACE (sizeof (struct ucred))];
  } control;
  struct msghdr msg = {
    .msg_iov = iov,
    .msg_iovlen = n,
    .msg_control = &control,
    .msg_controllen = sizeof control,
  };
  ssize_t r;

  do {
    r = recvmsg (ch->sock, &msg, MSG_CMSG_CLOEXEC);
  } while (r == -1 && errno == EINTR);
  count_receive (ch, iov, n, r);
  if (r <= 0)
    return r;
  struct cmsghdr *c = CMSG_FIRSTHDR (&msg);
  if (c != NULL && c->cmsg_level == SOL_SOCKET
      && c->cmsg_type == SCM_CREDENTIALS) {
    struct ucred sender;
    memcpy (&sender, CMSG_DATA (c), sizeof sender);
    ch->peer_pid = sender.pid;
  }
  set_passcred (ch->sock, false);
  ch->transport = &nbdi_socket_transport;
  return r;
}

static const struct nbdi_transport asking_transport = {
  .name = "socket",
  .receive = receive_with_peer,
  .send = socket_send,
  .shutdown_write = socket_shutdown_write,
};

/* Let the first receive from a Unix socket report which process sent the
 * bytes.  SO_PEERCRED would name the process that listened, which may have
 * done so for another one.  Must be called before the server can send
 * anything, so before connecting: what is sent earlier comes without a
 * sender.  (The kernel then binds the socket to an abstract name.) */
void
nbdi_ask_for_peer (struct nbdi_channel *ch)
{
  if (set_passcred (ch->sock, true) == 0)
    ch->transport = &asking_transport;
}

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

/* Use this socket for the connection from now on. */
void
nbdi_use_socket (struct nbdi_channel *ch, int sock)
{
  ch->sock = sock;
  ch->transport = &nbdi_socket_transport;
  ch->peer_pid = 0;
}

/* Remove the socket from epoll.  Closing it would not do so if a forked
 * child has a copy of it. */
static void
end_epoll (struct nbdi_channel *ch)
{
  if (ch->epoll >= 0 && ch->epoll_owner == getpid ())
    epoll_ctl (ch->epoll, EPOLL_CTL_DEL, ch->sock, NULL);
  ch->epoll = -1;
}

/* Close the socket, which ends the connection. */
void
nbdi_close_socket (struct nbdi_channel *ch)
{
  end_epoll (ch);
  /* Another thread may be about to poll the socket, so its number must not
   * be reused yet. */
  if (ch->watchers > 0) {
    shutdown (ch->sock, SHUT_RDWR);
    ch->lingering = ch->sock;
  }
  else if (ch->sock >= 0)
    close (ch->sock);
  ch->sock = -1;
  ch->transport = NULL;
}

/* Use the socket no more, but do not close it: the caller does, later. */
int
nbdi_give_socket_up (struct nbdi_channel *ch)
{
  int sock = ch->sock;

  end_epoll (ch);
  ch->sock = -1;
  ch->transport = NULL;
  return sock;
}

/* A thread that polled the socket will not do so again. */
void
nbdi_stop_watching (struct nbdi_channel *ch)
{
  if (--ch->watchers == 0 && ch->lingering >= 0) {
    close (ch->lingering);
    ch->lingering = -1;
  }
}
