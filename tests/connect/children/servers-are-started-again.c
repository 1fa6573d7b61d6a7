/* SPDX-License-Identifier: MIT */

/* A server that is our child can be started again with the same arguments once
 * it has ended, and the check whether it has ended does not wait.  An
 * activated server gets a new socket with the old address, or with another
 * address if the directory of the socket was removed. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "process.h"
#include "reach/reach.h"

static char *argv[] = { (char *) "sleep", (char *) "1000", NULL };
static const struct nbdi_trace trace;
static struct nbdi_channel ch;
static struct nbdi_reach reach;

static void
begin (enum nbdi_server_kind kind)
{
  memset (&ch, 0, sizeof ch);
  memset (&reach, 0, sizeof reach);
  ch.trace = &trace;
  ch.sock = ch.lingering = reach.listener = -1;
  CHECK (!nbdi_can_be_reached_again (&reach));
  CHECK (nbdi_child_gone (&reach));
  CHECK_INT (nbdi_describe_server (&reach, kind, argv,
                                   kind == NBDI_SERVER_ACTIVATED ? "unknown"
                                                                 : NULL),
             0);
  CHECK (nbdi_can_be_reached_again (&reach));
}

static void
start (void)
{
  CHECK_INT (nbdi_start_server (&reach, &ch), 0);
  CHECK (reach.pid > 0);
  CHECK (!nbdi_child_gone (&reach));
}

/* End the child, and check that the library sees its end. */
static void
end (void)
{
  siginfo_t info;

  nbdi_ask_child_to_end (&reach, SIGKILL);
  CHECK_INT (waitid (P_PID, (id_t) reach.pid, &info, WEXITED | WNOWAIT), 0);
  CHECK (nbdi_child_gone (&reach));
  CHECK_INT (reach.pid, 0);
  CHECK (nbdi_child_gone (&reach));
  check_no_children ();
  /* There is no child, so no signal is sent. */
  nbdi_ask_child_to_end (&reach, SIGKILL);
}

static void
command_is_started_again (void)
{
  begin (NBDI_SERVER_COMMAND);
  for (int i = 0; i < 2; i++) {
    start ();
    CHECK (ch.sock >= 0);
    CHECK (!nbdi_can_be_copied (&reach));
    nbdi_close_socket (&ch);
    end ();
  }
  nbdi_end_child (&reach, &ch);
  CHECK (!nbdi_can_be_reached_again (&reach));
}

static const char *
address (void)
{
  CHECK_INT (reach.nr_addresses, 1);
  return ((struct sockaddr_un *) &reach.addresses[0].addr)->sun_path;
}

static ino_t
connect_to_it (void)
{
  struct stat st;

  CHECK_INT (ch.sock, -1);
  CHECK (nbdi_can_be_copied (&reach));
  nbdi_begin_addresses (&reach);
  CHECK_INT (nbdi_connect_next (&reach, &ch), NBDI_IO_READY);
  /* The listening socket belongs to the child from here on. */
  CHECK_INT (reach.listener, -1);
  nbdi_close_socket (&ch);
  CHECK_INT (stat (address (), &st), 0);
  return st.st_ino;
}

static void
activated_is_started_again (void)
{
  begin (NBDI_SERVER_ACTIVATED);
  start ();
  char *path = strdup (address ());
  CHECK (path != NULL);
  ino_t old = connect_to_it ();
  /* The link keeps the old inode, so that its number is not used again. */
  char *kept = NULL;
  CHECK (asprintf (&kept, "%s.old", path) > 0);
  CHECK_INT (link (path, kept), 0);
  end ();

  start ();
  CHECK_STRING (address (), path);
  CHECK (connect_to_it () != old);
  CHECK_INT (unlink (kept), 0);
  end ();

  CHECK_INT (unlink (path), 0);
  CHECK_INT (rmdir (reach.tmpdir), 0);
  start ();
  CHECK (strcmp (address (), path) != 0);
  connect_to_it ();
  free (path);
  path = strdup (address ());

  /* nbdi_end_child kills the child, or it would never return. */
  nbdi_end_child (&reach, &ch);
  check_no_children ();
  CHECK_INT (access (path, F_OK), -1);
  *strrchr (path, '/') = '\0';
  CHECK_INT (access (path, F_OK), -1);
  nbdi_forget_peer (&reach);
  free (path);
  free (kept);
}

/* After a fork, the copy of the handle leaves the child alone, because it is a
 * child of another process. */
static void
copy_leaves_it_alone (void)
{
  begin (NBDI_SERVER_COMMAND);
  start ();
  pid_t pid = fork ();
  if (pid == 0) {
    nbdi_ask_child_to_end (&reach, SIGKILL);
    exit (nbdi_child_gone (&reach) ? 1 : 0);
  }
  int status;
  CHECK_INT (waitpid (pid, &status, 0), pid);
  CHECK_INT (status, 0);
  CHECK (!nbdi_child_gone (&reach));
  nbdi_close_socket (&ch);
  end ();
  nbdi_end_child (&reach, &ch);
}

/* A program that ignores SIGCHLD has its children reaped by the kernel. */
static void
others_may_reap_it (void)
{
  signal (SIGCHLD, SIG_IGN);
  begin (NBDI_SERVER_COMMAND);
  start ();
  nbdi_ask_child_to_end (&reach, SIGKILL);
  CHECK_INT (waitpid (reach.pid, NULL, 0), -1);
  CHECK (nbdi_child_gone (&reach));
  nbdi_end_child (&reach, &ch);
  signal (SIGCHLD, SIG_DFL);
}

void
test (void)
{
  command_is_started_again ();
  activated_is_started_again ();
  copy_leaves_it_alone ();
  others_may_reap_it ();
}
