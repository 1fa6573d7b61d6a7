/* SPDX-License-Identifier: MIT */
/* A connection may be lost a moment before the library can see that the
 * server's process has ended.  The events and the error of the outage
 * nevertheless say how the process ended: the one that was lost, and the one
 * that was started last.
 *
 * The linker redirects the library's calls to this file (-Wl,--wrap). */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "lasting.h"
#include "process.h"
#include "wrap.h"

/* Pretend that each process still runs when it is asked about for the first
 * time, and has ended the second time. */
static id_t asked;

WRAPPER (int, waitid, (idtype_t type, id_t id, siginfo_t *info, int options))
{
  if (id == asked || (options & WNOHANG) == 0)
    return __real_waitid (type, id, info, options & ~WNOHANG);
  asked = id;
  info->si_pid = 0;
  return 0;
}

typedef int connect_function (struct nbd_handle *h, char **argv);

/* The first child serves.  The children after it end at once. */
static void
end_children (connect_function *connect, const char *server)
{
  char dir[] = "/tmp/causewayXXXXXX", served[64], script[256], end[80],
       buf[4];
  char *argv[] = { (char *) "sh", (char *) "-c", script, NULL };
  siginfo_t info;
  struct events e = { .letters = "" };
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_event_callback (h, events (&e)));
  CHECK (mkdtemp (dir) != NULL);
  snprintf (served, sizeof served, "%s/served", dir);
  snprintf (script, sizeof script, "mkdir %s 2>/dev/null || exit 3; exec %s",
            served, server);
  CHECK_OK (nbd_set_reconnect_timeout (h, 2000));
  CHECK_OK (connect (h, argv));
  int64_t pid = CHECK_OK (nbd_get_subprocess_pid (h));
  CHECK_INT (kill ((pid_t) pid, SIGKILL), 0);
  CHECK_INT (waitid (P_PID, (id_t) pid, &info, WEXITED | WNOWAIT), 0);
  CHECK_FAILS (nbd_pread (h, buf, 4, 0, 0), ENOTCONN,
               "could not be restored");
  snprintf (end, sizeof end, "; its process %d was killed by signal 9) and ",
            (int) pid);
  CHECK_CONTAINS (nbd_get_error (), end);
  CHECK_CONTAINS (nbd_get_error (), ", the last: ");
  CHECK_CONTAINS (nbd_get_error (), " exited with status 3");
  snprintf (end, sizeof end, "; its process %d was killed by signal 9)",
            (int) pid);
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_LOST], end);
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_ATTEMPT_FAILED],
                  " exited with status 3; the next one is in ");
  nbd_close (h);
  rmdir (served);
  rmdir (dir);
  check_no_children ();
}

void
test (void)
{
  requires_program ("nbdkit");
  end_children (nbd_connect_command, "nbdkit --single pattern 65536");
  end_children (nbd_connect_systemd_socket_activation,
                "nbdkit pattern 65536");
}
