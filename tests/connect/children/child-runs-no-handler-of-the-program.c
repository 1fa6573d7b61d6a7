/* SPDX-License-Identifier: MIT */

/* A signal that arrives between fork and exec has its default action in the
 * child: no handler of the program runs there.  A signal that the program
 * ignores is ignored in the child, too, except SIGTERM, which ends servers.
 *
 * The linker redirects the library's fork to this file (-Wl,--wrap).  It sends
 * the signals to the child, where they are pending until they are
 * unblocked. */

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "process.h"
#include "wrap.h"

static int *handled, sent;
static pid_t ours;

WRAPPER (pid_t, fork, (void))
{
  pid_t pid = __real_fork ();

  if (pid == 0 && sent != 0)
    kill (getpid (), sent);
  return pid;
}

static void
handler (int sig)
{
  (void) sig;
  if (getpid () != ours)
    ++*handled;
}

static void
action (int sig, siginfo_t *info, void *context)
{
  (void) info;
  (void) context;
  handler (sig);
}

/* The last signal that can be sent.  Emulated processors lack some signals. */
static int
last_signal (void)
{
  int sig = SIGRTMAX + 1;

  do
    signal (--sig, SIG_IGN);
  while (kill (ours, sig) == -1);
  return sig;
}

/* Connect to a child that would exit with status 3, and check how it ended. */
static void
connect_and_fail (int sig, const char *fate)
{
  static char *argv[] = { "sh", "-c", "exit 3", NULL };
  struct nbd_handle *h = nbd_create ();

  sent = sig;
  *handled = 0;
  CHECK_INT (nbd_connect_command (h, argv), -1);
  CHECK_CONTAINS (nbd_get_error (), fate);
  CHECK_INT (*handled, 0);
  nbd_close (h);
  check_no_children ();
}

void
test (void)
{
  const struct sigaction with_info = {
    .sa_sigaction = action,
    .sa_flags = SA_SIGINFO,
  };

  ours = getpid ();
  handled = mmap (NULL, sizeof *handled, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK (handled != MAP_FAILED);
  if (ROW ("one that nobody minds")) {
    signal (SIGWINCH, handler);
    connect_and_fail (SIGWINCH, "status 3");
  }
  if (ROW ("one that kills")) {
    signal (SIGUSR1, handler);
    connect_and_fail (SIGUSR1, "killed by signal");
  }
  if (ROW ("a handler that wants to know more")) {
    sigaction (SIGALRM, &with_info, NULL);
    connect_and_fail (SIGALRM, "killed by signal");
  }
  if (ROW ("the last real-time signal")) {
    int last = last_signal ();
    CHECK (last >= SIGRTMIN);
    signal (last, handler);
    connect_and_fail (last, "killed by signal");
  }
  if (ROW ("ignored")) {
    signal (SIGUSR2, SIG_IGN);
    connect_and_fail (SIGUSR2, "status 3");
  }
  if (ROW ("ignored, but it ends the server")) {
    signal (SIGTERM, SIG_IGN);
    connect_and_fail (SIGTERM, "killed by signal");
  }
  check_rows_end ();
}
