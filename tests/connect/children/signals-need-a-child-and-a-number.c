/* SPDX-License-Identifier: MIT */

/* A signal is refused, with the reason, if there is no child or if the number
 * is not that of a signal. */

#include <errno.h>
#include <signal.h>

#include "check.h"

void
test (void)
{
  char *argv[] = { (char *) "sleep", (char *) "1000", NULL };
  struct nbd_handle *h = nbd_create ();

  CHECK_FAILS (nbd_kill_subprocess (h, 0), ESRCH, "there is no subprocess");
  CHECK_FAILS (nbd_get_subprocess_pid (h), ESRCH, "there is no subprocess");
  CHECK_OK (nbd_aio_connect_command (h, argv));
  CHECK_FAILS (nbd_kill_subprocess (h, -1), EINVAL,
               "signal number -1 is negative");
  CHECK_FAILS (nbd_kill_subprocess (h, 1000), EINVAL, "kill: process ");
  CHECK_OK (nbd_kill_subprocess (h, SIGKILL));
  nbd_close (h);
}
