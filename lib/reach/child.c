/* SPDX-License-Identifier: MIT */
/* Servers that are child processes: the listening socket for one, and how
 * it ended. */

#include "reach/reach.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Whether a directory that we made is still there.  It may have been
 * cleaned away, and another user may have made one with its name. */
static bool
is_still_ours (const char *dir)
{
  struct stat st;

  return lstat (dir, &st) == 0 && S_ISDIR (st.st_mode)
         && st.st_uid == geteuid () && (st.st_mode & 077) == 0;
}

/* Remove the socket and the directory of the listener. */
void
nbdi_remove_listener (struct nbdi_reach *reach)
{
  bool ours = reach->owner == getpid ();

  nbdi_close_listener (reach);
  if (ours && reach->tmpsock)
    unlink (reach->tmpsock);
  if (ours && reach->tmpdir)
    rmdir (reach->tmpdir);
  free (reach->tmpsock);
  free (reach->tmpdir);
  reach->tmpsock = reach->tmpdir = NULL;
}

/* Make a directory that only this user may enter, without a socket in it.
 * If there is one from an earlier start, use it again, so that the address
 * stays the same. */
static int
make_directory (struct nbdi_reach *reach)
{
  char dir[] = "/tmp/libnbdXXXXXX";

  if (reach->tmpsock && is_still_ours (reach->tmpdir)) {
    unlink (reach->tmpsock);
    return 0;
  }
  nbdi_remove_listener (reach);
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
  return 0;
}

/* Listen on a socket that other users cannot find.  It is a new one each
 * time, so that no connection reaches a server that had the one before. */
int
nbdi_make_listener (struct nbdi_reach *reach, struct sockaddr_un *un)
{
  if (make_directory (reach) == -1)
    return -1;
  un->sun_family = AF_UNIX;
  strcpy (un->sun_path, reach->tmpsock);
  reach->listener = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (reach->listener == -1) {
    nbdi_error (errno, "socket");
    return -1;
  }
  if (bind (reach->listener, (struct sockaddr *) un, sizeof *un) == -1
      || listen (reach->listener, SOMAXCONN) == -1) {
    nbdi_error (errno, "bind: %s", reach->tmpsock);
    nbdi_close_listener (reach);
    return -1;
  }
  return 0;
}

/* Close our copy of the listener: from now on only the child may have it. */
void
nbdi_close_listener (struct nbdi_reach *reach)
{
  if (reach->listener >= 0)
    close (reach->listener);
  reach->listener = -1;
}

/* Whether the child could not run the program; then that is set as the
 * error. */
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

/* How a child ended whose connection has ended, or NULL.  The kernel closes
 * the sockets of a process a moment before the process can be waited for;
 * until then its end is unknown.  It is reaped when the handle is closed. */
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

/* Whether there is no child, or it has ended and was reaped.  Never waits.
 * After fork, the child process of the parent is not ours to reap. */
bool
nbdi_child_gone (struct nbdi_reach *reach)
{
  if (reach->pid == 0)
    return true;
  if (reach->owner != getpid ())
    return false;
  pid_t r = waitpid (reach->pid, NULL, WNOHANG);
  /* ECHILD: the program has reaped it. */
  if (r == 0 || (r == -1 && errno != ECHILD))
    return false;
  reach->pid = 0;
  reach->end_unknown = reach->asked_to_end = false;
  return true;
}

/* Send a signal to the child, if there is one that this process started. */
void
nbdi_ask_child_to_end (struct nbdi_reach *reach, int signum)
{
  if (reach->pid > 0 && reach->owner == getpid ()) {
    kill (reach->pid, signum);
    reach->asked_to_end = true;
  }
}
