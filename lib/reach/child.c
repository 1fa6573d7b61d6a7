/* SPDX-License-Identifier: MIT */
/* Servers that are our children: a listening socket handed to one the way
 * systemd does it, how one ended, and its end. */

#include "reach/reach.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A listening socket in a directory that only we may enter. */
int
nbdi_make_listener (struct nbdi_reach *reach, struct sockaddr_un *un)
{
  char dir[] = "/tmp/libnbdXXXXXX";

  if (mkdtemp (dir) == NULL) {
    nbdi_error (errno, "mkdtemp: %s", dir);
    return -1;
  }
  reach->owner = getpid ();
  reach->tmpdir = strdup (dir);
  if (reach->tmpdir == NULL)
    rmdir (dir);
  if (reach->tmpdir == NULL
      || asprintf (&reach->tmpsock, "%s/sock", dir) == -1) {
    reach->tmpsock = NULL;
    nbdi_error (errno, "asprintf");
    return -1;
  }
  un->sun_family = AF_UNIX;
  strcpy (un->sun_path, reach->tmpsock);
  int sock = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (sock == -1) {
    nbdi_error (errno, "socket");
    return -1;
  }
  if (bind (sock, (struct sockaddr *) un, sizeof *un) == -1
      || listen (sock, SOMAXCONN) == -1) {
    nbdi_error (errno, "bind: %s", reach->tmpsock);
    close (sock);
    return -1;
  }
  return sock;
}

/* Whether the child could not become the program; then that is the error. */
bool
nbdi_child_failed (const struct nbdi_reach *reach)
{
  const struct nbdi_start *start = reach->start;

  if (start == NULL || start->errnum == 0)
    return false;
  CLEANUP_TEXT const char *what = nbdi_printable (start->what);
  nbdi_error (start->errnum, "the child process could not run %s", what);
  return true;
}

/* What became of a child whose connection has ended, or NULL.  A process
 * that ends loses its sockets a moment before it can be waited for, which
 * is done by whoever closes the handle.  Until then its end is unknown. */
char *
nbdi_child_end (struct nbdi_reach *reach)
{
  siginfo_t info = { 0 };
  char *text;
  int len = -1;

  nbdi_hold ();
  reach->end_unknown = false;
  if (reach->pid == 0 || reach->owner != getpid ()
      || waitid (P_PID, (id_t) reach->pid, &info, WEXITED | WNOHANG | WNOWAIT)
           == -1)
    return NULL;
  if (info.si_pid == 0)
    reach->end_unknown = true;
  else
    len = asprintf (&text,
                    info.si_code == CLD_EXITED
                      ? "its process %ld exited with status %d"
                      : "its process %ld was killed by signal %d",
                    (long) info.si_pid, info.si_status);
  return len == -1 ? NULL : text;
}

/* End the child and remove what was made for it.  The copy of a handle in
 * a forked process leaves both alone. */
void
nbdi_end_child (struct nbdi_reach *reach, struct nbdi_channel *ch)
{
  bool ours = reach->owner == getpid ();

  if (ours && reach->pid > 0 && reach->kill_child)
    kill (reach->pid, SIGTERM);
  if (ours && reach->tmpsock)
    unlink (reach->tmpsock);
  if (ours && reach->tmpdir)
    rmdir (reach->tmpdir);
  nbdi_close_socket (ch);
  if (ours && reach->pid > 0)
    while (waitpid (reach->pid, NULL, 0) == -1 && errno == EINTR)
      ; /* ECHILD: the program reaps for us */
  reach->pid = 0;
  reach->kill_child = reach->end_unknown = false;
  nbdi_forget_start (reach);
  free (reach->tmpsock);
  free (reach->tmpdir);
  reach->tmpsock = reach->tmpdir = NULL;
}
