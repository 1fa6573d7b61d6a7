/* SPDX-License-Identifier: MIT */
/* If a program ignores SIGCHLD, the kernel reaps its children; a handler of
 * SIGCHLD may reap them, too.  In neither case does connecting or closing fail
 * or wait forever. */
#include <signal.h>
#include <sys/wait.h>

#include "check.h"
#include "process.h"

static void
reap_all (int sig)
{
  (void) sig;
  while (waitpid (-1, NULL, WNOHANG) > 0)
    continue;
}

static void
use_and_close (void)
{
  struct nbd_handle *h = nbd_create ();
  CHECK_OK (nbd_connect_command (h, nbdkit_command));
  CHECK_DISK (h);
  CHECK_OK (nbd_shutdown (h, 0));
  nbd_close (h);

  h = nbd_create ();
  CHECK_OK (nbd_connect_systemd_socket_activation (h, nbdkit_activated));
  CHECK_DISK (h);
  nbd_close (h);
  check_no_children ();
}

void
test (void)
{
  requires_program ("nbdkit");
  if (ROW ("ignored")) {
    signal (SIGCHLD, SIG_IGN);
    use_and_close ();
  }
  if (ROW ("handler reaps everything")) {
    signal (SIGCHLD, reap_all);
    use_and_close ();
  }
  check_rows_end ();
}
