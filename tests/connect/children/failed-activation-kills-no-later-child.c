/* SPDX-License-Identifier: MIT */

/* A handle on which socket activation failed can be used to run a command, and
 * nbd_close does not kill that command.
 *
 * The linker redirects the library's fork and kill to this file
 * (-Wl,--wrap). */

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "check.h"
#include "process.h"
#include "wrap.h"

static bool fails;
static int killed;

WRAPPER (pid_t, fork, (void))
{
  if (fails) {
    errno = EAGAIN;
    return -1;
  }
  return __real_fork ();
}

WRAPPER (int, kill, (pid_t pid, int sig))
{
  killed++;
  return __real_kill (pid, sig);
}

void
test (void)
{
  struct nbd_handle *h = nbd_create ();

  requires_program ("nbdkit");
  fails = true;
  CHECK_FAILS (nbd_connect_systemd_socket_activation (h, nbdkit_activated),
               EAGAIN, "fork");
  CHECK_STATE (h, "CREATED");
  fails = false;
  CHECK_OK (nbd_connect_command (h, nbdkit_command));
  CHECK_DISK (h);
  nbd_close (h);
  CHECK_INT (killed, 0);
  check_no_children ();
}
