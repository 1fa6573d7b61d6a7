/* SPDX-License-Identifier: MIT */

/* If the environment has no PATH, the child's program is looked for in the
 * system's default path.  If there is no memory for that path, nothing is
 * started. */

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "memory.h"

static bool logged;

static void
start (void)
{
  struct calls messages = { 0 };
  char *argv[] = { (char *) "sleep", (char *) "1000", NULL };
  struct nbd_handle *h = nbd_create ();

  if (logged) {
    CHECK_OK (nbd_set_debug_callback (h, debug (&messages)));
    CHECK_OK (nbd_set_debug (h, true));
  }
  if (LIB (nbd_aio_connect_command (h, argv)) == 0)
    CHECK_OK (nbd_kill_subprocess (h, SIGKILL));
  else {
    CHECK_ERROR (ENOMEM, "nbd_aio_connect_command: ");
    CHECK_FAILS (nbd_get_subprocess_pid (h), ESRCH, NULL);
  }
  nbd_close (h);
  CHECK_INT (messages.called > 0, logged);
}

void
test (void)
{
  unsetenv ("PATH");
  memory_sweep ("starting", start);
  logged = true;
  memory_sweep ("starting with a log", start);
}
