/* SPDX-License-Identifier: MIT */
/* Real servers as children of a test. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "process.h"

char *nbdkit_command[] = { "nbdkit", "--single", "pattern", "65536", NULL };
char *nbdkit_activated[] = { "nbdkit", "--foreground", "pattern", "65536",
                             NULL };

/* Fill in the loopback address of a family.  Returns its length. */
static socklen_t
loopback (int family, uint16_t port, struct sockaddr_storage *ss)
{
  memset (ss, 0, sizeof *ss);
  ss->ss_family = family;
  if (family == AF_INET6) {
    struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *) ss;
    sin6->sin6_addr = in6addr_loopback;
    sin6->sin6_port = htons (port);
    return sizeof *sin6;
  }
  struct sockaddr_in *sin = (struct sockaddr_in *) ss;
  sin->sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  sin->sin_port = htons (port);
  return sizeof *sin;
}

int
tcp_listener (int family, uint16_t *port)
{
  int fd = socket (family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_storage ss;
  socklen_t len = loopback (family, 0, &ss);
  if (fd == -1 || bind (fd, (struct sockaddr *) &ss, len) == -1)
    skip ("no loopback of family %d: %s", family, strerror (errno));
  CHECK_INT (listen (fd, 5), 0);
  len = sizeof ss;
  CHECK_INT (getsockname (fd, (struct sockaddr *) &ss, &len), 0);
  *port = ntohs (family == AF_INET6 ? ((struct sockaddr_in6 *) &ss)->sin6_port
                                    : ((struct sockaddr_in *) &ss)->sin_port);
  return fd;
}

/* Called in the child: become nbdkit, with the socket as these descriptors. */
static void
exec_nbdkit (char **argv, int fd, int first, int last)
{
  /* dup2 to the same number would leave the descriptor close-on-exec, so move
   * it to another number first. */
  fd = fcntl (fd, F_DUPFD_CLOEXEC, last + 1);
  for (int to = first; to <= last; to++)
    if (dup2 (fd, to) == -1)
      _exit (126);
  execvp (argv[0], argv);
  perror (argv[0]);
  _exit (127);
}

pid_t
serve_listener (int listener)
{
  pid_t pid = fork ();
  CHECK (pid != -1);
  if (pid == 0) {
    char text[32];
    snprintf (text, sizeof text, "%d", (int) getpid ());
    setenv ("LISTEN_PID", text, 1);
    setenv ("LISTEN_FDS", "1", 1);
    exec_nbdkit (nbdkit_activated, listener, 3, 3);
  }
  close (listener);
  return pid;
}

int
serve_socket_pair (pid_t *pid)
{
  int fds[2];
  CHECK_INT (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
  *pid = fork ();
  CHECK (*pid != -1);
  if (*pid == 0)
    exec_nbdkit (nbdkit_command, fds[1], 0, 1);
  close (fds[1]);
  return fds[0];
}

void
stop_server (pid_t pid)
{
  kill (pid, SIGTERM);
  CHECK_INT (waitpid (pid, NULL, 0), pid);
}

const char *
wrong_disk (struct nbd_handle *h)
{
  static unsigned char buf[DISK_SIZE];
  int64_t size = nbd_get_size (h);
  if (size == -1 || nbd_pread (h, buf, sizeof buf, 0, 0) == -1)
    return nbd_get_error ();
  if (size != DISK_SIZE)
    return "the size is wrong";
  for (size_t i = 0; i < sizeof buf; i += 8) {
    const unsigned char want[8] = { 0, 0, 0, 0, 0, 0, i >> 8, i & 0xff };
    if (memcmp (&buf[i], want, 8) != 0)
      return "the data are wrong";
  }
  return NULL;
}

void
check_no_children (void)
{
  int status;
  pid_t pid = waitpid (-1, &status, WNOHANG);
  if (pid != -1 || errno != ECHILD)
    FAIL ("waitpid returned %d: a child is left", (int) pid);
}
