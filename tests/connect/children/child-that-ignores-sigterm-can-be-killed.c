/* SPDX-License-Identifier: MIT */
/* A child of socket activation that ignores SIGTERM ends if the program sends
 * SIGKILL before it closes the handle.  nbd_close reaps the child. */
#include <signal.h>
#include <unistd.h>

#include "check.h"
#include "process.h"

void
test (void)
{
  static char *argv[] = { "sh", "-c", "trap '' TERM; exec tail -f /dev/null",
                          NULL };
  struct nbd_handle *h = nbd_create ();

  CHECK (h != NULL);
  CHECK_OK (nbd_aio_connect_systemd_socket_activation (h, argv));
  CHECK (nbd_get_subprocess_pid (h) > 0);
  CHECK_OK (nbd_kill_subprocess (h, SIGTERM));
  CHECK_OK (nbd_kill_subprocess (h, SIGKILL));
  nbd_close (h);
  check_no_children ();
}
