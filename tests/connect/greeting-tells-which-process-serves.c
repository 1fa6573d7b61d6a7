/* SPDX-License-Identifier: MIT */

/* If the handle may have to reconnect, it learns with the greeting which
 * process serves a connection over a Unix socket.  That is often neither the
 * process that listens nor the one that was started.  Otherwise, and after the
 * greeting, the handle does not ask for this. */

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "drive/drive.h"
#include "process.h"

#define GREETING "NBDMAGICIHAVEOPT\0\3"

/* The socket is abstract, and the kernel chooses its name. */
static int
unix_listener (struct sockaddr_un *addr, socklen_t *len)
{
  int listener = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  *addr = (struct sockaddr_un) { .sun_family = AF_UNIX };
  CHECK_INT (bind (listener, (struct sockaddr *) addr, sizeof (sa_family_t)),
             0);
  *len = sizeof *addr;
  CHECK_INT (getsockname (listener, (struct sockaddr *) addr, len), 0);
  CHECK_INT (listen (listener, 5), 0);
  return listener;
}

/* Accept a connection and fork: the child sends the greeting, and stays until
 * it is killed. */
static pid_t
greet (int listener)
{
  int conn = accept (listener, NULL, NULL);
  CHECK (conn >= 0);
  pid_t pid = fork ();
  if (pid == 0) {
    if (write (conn, GREETING, sizeof GREETING - 1) != sizeof GREETING - 1)
      _exit (1);
    for (;;)
      pause ();
  }
  CHECK (pid > 0);
  close (conn);
  return pid;
}

static void
await_greeting (struct nbd_handle *h)
{
  while (h->link.agreed.protocol == NULL)
    CHECK_OK (nbd_poll (h, -1));
}

static int
passcred (int sock)
{
  int value = -1;
  socklen_t len = sizeof value;

  CHECK_INT (getsockopt (sock, SOL_SOCKET, SO_PASSCRED, &value, &len), 0);
  return value;
}

static bool
has_ended (int pidfd)
{
  struct pollfd fds = { .fd = pidfd, .events = POLLIN };

  return poll (&fds, 1, 0) == 1;
}

static void
check_end (pid_t pid)
{
  int pidfd = nbdi_open_peer (pid);
  siginfo_t info;

  if (pidfd == -1)
    printf ("the kernel has no descriptors for processes\n");
  else {
    CHECK_INT (fcntl (pidfd, F_GETFD), FD_CLOEXEC);
    CHECK (!has_ended (pidfd));
  }
  kill (pid, SIGKILL);
  CHECK_INT (waitid (P_PID, (id_t) pid, &info, WEXITED | WNOWAIT), 0);
  if (pidfd != -1) {
    CHECK (has_ended (pidfd));
    close (pidfd);
  }
  CHECK_INT (waitpid (pid, NULL, 0), pid);
  CHECK_INT (nbdi_open_peer (pid), -1);
  CHECK_INT (nbdi_open_peer (0), -1);
}

static void
over_a_unix_socket (bool again)
{
  struct sockaddr_un addr;
  socklen_t len;
  int listener = unix_listener (&addr, &len);
  struct nbd_handle *h = nbd_create ();

  h->link.reach.again = again;
  CHECK_OK (nbd_aio_connect (h, (struct sockaddr *) &addr, len));
  int sock = nbd_aio_get_fd (h);
  CHECK_INT (passcred (sock), again);
  /* Bytes that were sent before SO_PASSCRED was set come without a sender, so
   * connecting has to set it before the server sends. */
  pid_t pid = greet (listener);
  await_greeting (h);
  CHECK_INT (h->link.channel.peer_pid, again ? pid : 0);
  CHECK_INT (passcred (sock), false);
  CHECK (h->link.channel.transport == &nbdi_socket_transport);

  struct ucred creds;
  len = sizeof creds;
  CHECK_INT (getsockopt (sock, SOL_SOCKET, SO_PEERCRED, &creds, &len), 0);
  CHECK_INT (creds.pid, getpid ());

  check_end (pid);
  nbd_close (h);
  close (listener);
}

/* The shell keeps running, and is not the server. */
static char *wrapped[] = { (char *) "sh", (char *) "-c",
                           (char *) "nbdkit --single pattern 65536; exit 3",
                           NULL };

static void
over_a_pair (char **argv, bool again, bool proxy, bool is_child)
{
  struct nbd_handle *h = nbd_create ();

  h->link.reach.again = again;
  h->link.reach.proxy = proxy ? strdup ("elsewhere") : NULL;
  CHECK_OK (nbd_connect_command (h, argv));
  CHECK_DISK (h);
  CHECK_INT (passcred (nbd_aio_get_fd (h)), false);
  pid_t peer = h->link.channel.peer_pid;
  CHECK_INT (peer != 0, again && !proxy);
  CHECK_INT (peer == nbd_get_subprocess_pid (h), is_child);
  nbd_close (h);
  check_no_children ();
}

/* The program that runs for nbd+ssh is not the server itself. */
static void
over_ssh (void)
{
  char dir[] = "/tmp/greetingXXXXXX", *ssh, *path;
  struct nbd_handle *h = nbd_create ();

  if (!nbd_supports_uri (h)) {
    nbd_close (h);
    return;
  }
  CHECK (mkdtemp (dir) != NULL);
  CHECK (asprintf (&ssh, "%s/ssh", dir) > 0);
  CHECK (asprintf (&path, "%s:%s", dir, getenv ("PATH")) > 0);
  FILE *f = fopen (ssh, "we");
  CHECK (f != NULL);
  fputs ("#!/bin/sh\nexec nbdkit --single pattern 65536\n", f);
  fclose (f);
  CHECK_INT (chmod (ssh, 0700), 0);
  setenv ("PATH", path, 1);
  h->link.reach.again = true;
  CHECK_OK (nbd_connect_uri (h, "nbd+ssh://host/"));
  CHECK_DISK (h);
  CHECK_INT (h->link.channel.peer_pid, 0);
  nbd_close (h);
  unlink (ssh);
  rmdir (dir);
  free (ssh);
  free (path);
}

static void
over_tcp (void)
{
  uint16_t number;
  int listener = tcp_listener (AF_INET, &number);
  struct nbd_handle *h = nbd_create ();
  char port[8];

  snprintf (port, sizeof port, "%u", number);
  pid_t server = serve_listener (listener);
  h->link.reach.again = true;
  CHECK_OK (nbd_connect_tcp (h, "127.0.0.1", port));
  CHECK_DISK (h);
  CHECK_INT (h->link.channel.peer_pid, 0);
  nbd_close (h);
  stop_server (server);
}

void
test (void)
{
  requires_program ("nbdkit");
  over_a_unix_socket (true);
  over_a_unix_socket (false);
  over_a_pair (nbdkit_command, true, false, true);
  over_a_pair (nbdkit_command, false, false, false);
  over_a_pair (nbdkit_command, true, true, false);
  over_a_pair (wrapped, true, false, false);
  over_tcp ();
  over_ssh ();
}
