/* SPDX-License-Identifier: MIT */
/* Servers that are our children: over a socket pair, or handed a listening
 * socket the way systemd does it. */

#include "api/library.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

/* The first descriptor that systemd passes. */
#define ACTIVATION_FD 3

/* Make room for a 256 KiB payload; the kernel counts twice. */
#define PAIR_SEND_BUFFER (1024 * 1024 / 2)

int
nbdi_aio_connect_command (struct nbd_handle *h, char **argv)
{
  int pair[2], size = PAIR_SEND_BUFFER;

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1) {
    nbdi_error (errno, "socketpair");
    return -1;
  }
  for (int i = 0; i < 2; i++)
    setsockopt (pair[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  struct nbdi_spawn spawn = { .argv = argv, .fd = pair[1], .as = { 0, 1 } };
  int r = nbdi_prepare_socket (pair[0]);
  if (r == 0)
    r = nbdi_spawn (&h->link.reach, &spawn);
  close (pair[1]);
  if (r == -1) {
    close (pair[0]);
    return -1;
  }
  nbdi_use_socket (&h->link.channel, pair[0]);
  nbdi_event (&h->link, NBDI_EVENT_CONNECT_SOCKET);
  return 0;
}

int
nbdi_aio_connect_systemd_socket_activation (struct nbd_handle *h, char **argv)
{
  struct sockaddr_un un = { 0 };
  const char *name = h->session.settings.socket_activation_name;
  int sock = nbdi_make_listener (&h->link.reach, &un);

  if (sock == -1) {
    nbdi_end_child (&h->link.reach, &h->link.channel);
    return -1;
  }
  struct nbdi_spawn spawn = {
    .argv = argv,
    .fd = sock,
    .as = { ACTIVATION_FD, -1 },
    .activation_name = name && *name ? name : "unknown",
  };
  /* It waits for a client, which may never come. */
  h->link.reach.kill_child = true;
  if (nbdi_spawn (&h->link.reach, &spawn) == -1
      || nbdi_add_address (&h->link.reach, (struct sockaddr *) &un, sizeof un)
           == -1) {
    close (sock);
    nbdi_end_child (&h->link.reach, &h->link.channel);
    return -1;
  }
  nbdi_event (&h->link, NBDI_EVENT_CONNECT);
  /* While it is open we can connect even if the child has died already,
   * which then resets the connection.  If it stayed open nothing would. */
  close (sock);
  return nbdi_phase_in (h, NBDI_PHASE_DEAD) ? -1 : 0;
}

int
nbdi_kill_subprocess (struct nbd_handle *h, int signum)
{
  if (signum < 0) {
    nbdi_error (EINVAL, "signal number %d is negative", signum);
    return -1;
  }
  if (h->link.reach.pid == 0) {
    nbdi_error (ESRCH, "there is no subprocess");
    return -1;
  }
  if (kill (h->link.reach.pid, signum == 0 ? SIGTERM : signum) == -1) {
    nbdi_error (errno, "kill: process %ld", (long) h->link.reach.pid);
    return -1;
  }
  return 0;
}

int64_t
nbdi_get_subprocess_pid (struct nbd_handle *h)
{
  if (h->link.reach.pid == 0) {
    nbdi_error (ESRCH, "there is no subprocess");
    return -1;
  }
  return h->link.reach.pid;
}
