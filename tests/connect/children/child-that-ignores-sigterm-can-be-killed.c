/* SPDX-License-Identifier: MIT */
/* A child of socket activation that ignores SIGTERM ends if the program sends
 * SIGKILL before it closes the handle.  nbd_close reaps the child. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "process.h"

void
test (void)
{
  static char *argv[] = {
    "sh", "-c",
    "trap '' TERM; : >ignores; until [ -e asked ]; do :;"
    " done; : >lives; exec tail -f /dev/null",
    NULL
  };
  struct nbd_handle *h = nbd_create ();
  siginfo_t ended = { .si_pid = 0 };

  CHECK (h != NULL);
  work_in_empty_directory ();
  CHECK_OK (nbd_aio_connect_systemd_socket_activation (h, argv));
  pid_t pid = nbd_get_subprocess_pid (h);
  CHECK (pid > 0);
  while (unlink ("ignores") == -1)
    sched_yield ();
  CHECK_OK (nbd_kill_subprocess (h, SIGTERM));
  CHECK_INT (close (open ("asked", O_CREAT | O_WRONLY | O_CLOEXEC, 0600)), 0);
  while (unlink ("lives") == -1) {
    CHECK_INT (waitid (P_PID, pid, &ended, WEXITED | WNOHANG | WNOWAIT), 0);
    CHECK_INT (ended.si_pid, 0);
  }
  unlink ("asked");
  CHECK_OK (nbd_kill_subprocess (h, SIGKILL));
  nbd_close (h);
  check_no_children ();
}
