/* SPDX-License-Identifier: MIT */
/* Servers that are our children: over a socket pair, or handed a listening
 * socket the way systemd does it.
 */

#include "internal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The first descriptor that systemd passes. */
#define ACTIVATION_FD 3

/* Make room for a 256 KiB payload; the kernel counts twice. */
#define PAIR_SEND_BUFFER (1024 * 1024 / 2)

/* How many milliseconds a blocking call waits for the end of a child that
 * left.
 */
#define MAX_MOMENTS 20

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
    r = nbdi_spawn (h, &spawn);
  close (pair[1]);
  if (r == -1) {
    close (pair[0]);
    return -1;
  }
  h->conn.sock = pair[0];
  h->conn.transport = &nbdi_socket_transport;
  nbdi_event (h, NBDI_EVENT_CONNECT_SOCKET);
  return 0;
}

/* A listening socket in a directory that only we may enter. */
static int
make_listener (struct nbd_handle *h, struct sockaddr_un *un)
{
  char dir[] = "/tmp/libnbdXXXXXX";

  if (mkdtemp (dir) == NULL) {
    nbdi_error (errno, "mkdtemp: %s", dir);
    return -1;
  }
  h->conn.owner = getpid ();
  h->conn.tmpdir = strdup (dir);
  if (h->conn.tmpdir == NULL)
    rmdir (dir);
  if (h->conn.tmpdir == NULL ||
      asprintf (&h->conn.tmpsock, "%s/sock", dir) == -1) {
    h->conn.tmpsock = NULL;
    nbdi_error (errno, "asprintf");
    return -1;
  }
  un->sun_family = AF_UNIX;
  strcpy (un->sun_path, h->conn.tmpsock);
  int sock = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (sock == -1) {
    nbdi_error (errno, "socket");
    return -1;
  }
  if (bind (sock, (struct sockaddr *) un, sizeof *un) == -1 ||
      listen (sock, SOMAXCONN) == -1) {
    nbdi_error (errno, "bind: %s", h->conn.tmpsock);
    close (sock);
    return -1;
  }
  return sock;
}

int
nbdi_aio_connect_systemd_socket_activation (struct nbd_handle *h, char **argv)
{
  struct sockaddr_un un = { 0 };
  const char *name = h->settings.socket_activation_name;
  int sock = make_listener (h, &un);

  if (sock == -1) {
    nbdi_end_child (h);
    return -1;
  }
  struct nbdi_spawn spawn = {
    .argv = argv, .fd = sock, .as = { ACTIVATION_FD, -1 },
    .activation_name = name && *name ? name : "unknown",
  };
  /* It waits for a client, which may never come. */
  h->conn.kill_child = true;
  if (nbdi_spawn (h, &spawn) == -1 ||
      nbdi_add_address (h, (struct sockaddr *) &un, sizeof un) == -1) {
    close (sock);
    nbdi_end_child (h);
    return -1;
  }
  nbdi_event (h, NBDI_EVENT_CONNECT);
  /* While it is open we can connect even if the child has died already,
   * which then resets the connection.  If it stayed open nothing would.
   */
  close (sock);
  return nbdi_phase_in (h, NBDI_PHASE_DEAD) ? -1 : 0;
}

/* Whether the child could not become the program; then that is the error. */
bool
nbdi_child_failed (struct nbd_handle *h)
{
  const struct nbdi_start *start = h->conn.start;

  if (start == NULL || start->errnum == 0)
    return false;
  CLEANUP_TEXT const char *what = nbdi_printable (start->what);
  nbdi_error (start->errnum, "the child process could not run %s", what);
  return true;
}

/* What became of a child whose connection has ended, or NULL.  A process
 * that ends loses its sockets a moment before it can be waited for, which
 * is done by whoever closes the handle.  Until then its fate is missing.
 */
char *
nbdi_child_fate (struct nbd_handle *h)
{
  siginfo_t info = { 0 };
  char *text;
  int r = -1;

  nbdi_hold ();
  h->conn.fate_missing = false;
  if (h->conn.pid == 0 || h->conn.owner != getpid () ||
      waitid (P_PID, (id_t) h->conn.pid, &info,
              WEXITED | WNOHANG | WNOWAIT) == -1)
    return NULL;
  if (info.si_pid == 0)
    h->conn.fate_missing = true;
  else
    r = asprintf (&text, info.si_code == CLD_EXITED
                  ? "its process %ld exited with status %d"
                  : "its process %ld was killed by signal %d",
                  (long) info.si_pid, info.si_status);
  return r == -1 ? NULL : text;
}

/* Complete why the handle died, if more is known now. */
void
nbdi_add_fate (struct nbd_handle *h)
{
  char *text;

  if (likely (!h->conn.fate_missing) || h->fatal_text == NULL)
    return;
  CLEANUP_FREE char *fate = nbdi_child_fate (h);
  if (fate != NULL && asprintf (&text, "%s; %s", h->fatal_text, fate) != -1) {
    free (h->fatal_text);
    h->fatal_text = text;
  }
}

/* The same in a call that may wait.  Others need not: the lock is free
 * meanwhile.
 */
void
nbdi_await_fate (struct nbd_handle *h)
{
  const struct timespec moment = { .tv_nsec = 1000000 };

  nbdi_add_fate (h);
  for (int i = 0; i < MAX_MOMENTS && h->conn.fate_missing; i++) {
    nbdi_publish (h);
    pthread_mutex_unlock (&h->lock);
    nanosleep (&moment, NULL);
    pthread_mutex_lock (&h->lock);
    nbdi_add_fate (h);
  }
  h->conn.fate_missing = false;
}

/* End the child and remove what was made for it.  The copy of a handle in
 * a forked process leaves both alone.
 */
void
nbdi_end_child (struct nbd_handle *h)
{
  struct nbdi_connection *conn = &h->conn;
  bool ours = conn->owner == getpid ();

  if (ours && conn->pid > 0 && conn->kill_child)
    kill (conn->pid, SIGTERM);
  if (ours && conn->tmpsock)
    unlink (conn->tmpsock);
  if (ours && conn->tmpdir)
    rmdir (conn->tmpdir);
  nbdi_close_socket (h);
  if (ours && conn->pid > 0)
    while (waitpid (conn->pid, NULL, 0) == -1 && errno == EINTR)
      ;                         /* ECHILD: the program reaps for us */
  conn->pid = 0;
  conn->kill_child = conn->fate_missing = false;
  nbdi_forget_start (h);
  free (conn->tmpsock);
  free (conn->tmpdir);
  conn->tmpsock = conn->tmpdir = NULL;
}

int
nbdi_kill_subprocess (struct nbd_handle *h, int signum)
{
  if (signum < 0) {
    nbdi_error (EINVAL, "signal number %d is negative", signum);
    return -1;
  }
  if (h->conn.pid == 0) {
    nbdi_error (ESRCH, "there is no subprocess");
    return -1;
  }
  if (kill (h->conn.pid, signum == 0 ? SIGTERM : signum) == -1) {
    nbdi_error (errno, "kill: process %ld", (long) h->conn.pid);
    return -1;
  }
  return 0;
}

int64_t
nbdi_get_subprocess_pid (struct nbd_handle *h)
{
  if (h->conn.pid == 0) {
    nbdi_error (ESRCH, "there is no subprocess");
    return -1;
  }
  return h->conn.pid;
}
