/* SPDX-License-Identifier: MIT */
/* A server that is a child of the handle is reaped and started again when it
 * was killed.  When it hangs, it is killed first.  If it cannot be started
 * again, the handle dies, and the error says why. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "process.h"

static char *linked[] = { NULL, (char *) "--single", (char *) "pattern",
                          (char *) "65536", NULL };

static struct nbd_handle *
handle (int reconnect)
{
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_reconnect_timeout (h, reconnect));
  return h;
}

/* Send a signal to the child, and wait for its effect. */
static int64_t
signal_child (struct nbd_handle *h, int signum)
{
  int64_t pid = CHECK_OK (nbd_get_subprocess_pid (h));
  siginfo_t info;

  CHECK_INT (kill ((pid_t) pid, signum), 0);
  CHECK_INT (waitid (P_PID, (id_t) pid, &info, WEXITED | WSTOPPED | WNOWAIT),
             0);
  return pid;
}

typedef int connect_function (struct nbd_handle *h, char **argv);

static void
kill_twice (connect_function *connect, char **argv, int signum)
{
  struct nbd_handle *h = handle (-1);

  if (signum == SIGSTOP)
    CHECK_OK (nbd_set_stall_timeout (h, 2000));
  CHECK_OK (connect (h, argv));
  CHECK_DISK (h);
  for (int i = 0; i < (signum == SIGSTOP ? 1 : 2); i++) {
    int64_t pid = signal_child (h, signum);

    CHECK_DISK (h);
    CHECK (nbd_get_subprocess_pid (h) != pid);
    /* The child was reaped: there is not even a zombie. */
    CHECK_INT (kill ((pid_t) pid, 0), -1);
    CHECK_INT (nbd_stats_reconnects (h), i + 1);
  }
  nbd_close (h);
  check_no_children ();
}

/* The program does not exist when it is to be started again. */
static void
cannot_start (void)
{
  char dir[] = "/tmp/causewayXXXXXX", link[PATH_MAX];
  struct nbd_handle *h = handle (500);
  char buf[8], script[] = "#!/bin/sh\nexec nbdkit \"$@\"\n";

  CHECK (mkdtemp (dir) != NULL);
  snprintf (link, sizeof link, "%s/server", dir);
  FILE *fp = fopen (link, "we");
  CHECK (fp != NULL);
  fputs (script, fp);
  fclose (fp);
  CHECK_INT (chmod (link, 0700), 0);
  linked[0] = link;
  CHECK_OK (nbd_connect_command (h, linked));
  CHECK_DISK (h);
  unlink (link);
  signal_child (h, SIGKILL);
  CHECK_FAILS (nbd_pread (h, buf, 8, 0, 0), ENOTCONN,
               "nbd_pread: the connection to the server \"/tmp/causeway");
  CHECK_CONTAINS (nbd_get_error (), "could not be restored");
  CHECK_CONTAINS (nbd_get_error (), "No such file or directory");
  nbd_close (h);
  rmdir (dir);
  check_no_children ();
}

/* The handle is closed while its child hangs. */
static void
close_while_it_hangs (void)
{
  struct nbd_handle *h = handle (-1);
  char buf[8];

  CHECK_OK (nbd_set_stall_timeout (h, 200));
  CHECK_OK (nbd_connect_command (h, nbdkit_command));
  signal_child (h, SIGSTOP);
  CHECK_OK (nbd_aio_pread (h, buf, 8, 0, NBD_NULL_COMPLETION, 0));
  while (nbd_get_outage (h) == 0)
    CHECK_OK (nbd_poll (h, -1));
  for (int i = 0; i < 3; i++)
    CHECK_OK (nbd_poll (h, 20));
  nbd_close (h);
  check_no_children ();
}

void
test (void)
{
  requires_program ("nbdkit");
  kill_twice (nbd_connect_command, nbdkit_command, SIGKILL);
  kill_twice (nbd_connect_systemd_socket_activation, nbdkit_activated,
              SIGKILL);
  kill_twice (nbd_connect_command, nbdkit_command, SIGSTOP);
  kill_twice (nbd_connect_systemd_socket_activation, nbdkit_activated,
              SIGSTOP);
  cannot_start ();
  close_while_it_hangs ();
}
