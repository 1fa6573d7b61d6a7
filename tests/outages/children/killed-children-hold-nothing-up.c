/* SPDX-License-Identifier: MIT */
/* A child that was killed cannot carry out requests.  So its requests are
 * sent to the next child at once, without waiting for the end of the
 * quarantine.  This holds from the first child on. */
#include <signal.h>
#include <sys/wait.h>

#include "check.h"
#include "process.h"

static char *server[] = { (char *) "nbdkit", (char *) "--single",
                          (char *) "memory", (char *) "65536", NULL };

/* Send the child a signal and wait for its effect. */
static void
signal_child (int64_t pid, int signum, int effect)
{
  siginfo_t info;

  CHECK_INT (kill ((pid_t) pid, signum), 0);
  CHECK_INT (waitid (P_PID, (id_t) pid, &info, effect | WNOWAIT), 0);
}

void
test (void)
{
  struct nbd_handle *h = nbd_create ();
  char buf[512] = "new";

  CHECK_OK (nbd_set_reconnect_timeout (h, -1));
  CHECK_OK (nbd_set_quarantine (h, 3600 * 1000));
  CHECK_OK (nbd_connect_command (h, server));
  for (int i = 0; i < 2; i++) {
    int64_t pid = CHECK_OK (nbd_get_subprocess_pid (h));

    signal_child (pid, SIGSTOP, WSTOPPED);
    int64_t cookie = CHECK_OK (nbd_aio_pwrite (h, buf, sizeof buf, 0,
                                               NBD_NULL_COMPLETION, 0));
    CHECK_OK (nbd_poll (h, 0));
    signal_child (pid, SIGKILL, WEXITED);
    while (CHECK_OK (nbd_aio_command_completed (h, cookie)) == 0)
      CHECK_OK (nbd_poll (h, -1));
  }
  CHECK_INT (nbd_stats_reconnects (h), 2);
  nbd_close (h);
  check_no_children ();
}
