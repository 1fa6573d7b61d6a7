/* SPDX-License-Identifier: MIT */
/* Ending by a signal, but tidily.
 *
 * Calls of the library go on after a signal, so the handler breaks the
 * connections: whatever waits for a server then fails soon, and the program
 * comes to a place where it can close its handles and end.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "internal.h"

volatile sig_atomic_t tool_signal;
static int wake[2] = { -1, -1 };
static pid_t self;

static void
handle (int number)
{
  /* A child that is about to run a server: its copies are ours. */
  if (getpid () != self)
    _exit (128 + number);
  int saved = errno;
  tool_signal = number;
  if (write (wake[1], "", 1) == -1) {
    /* It is full, so it wakes as well. */
  }
  tool_break_connections ();
  errno = saved;
}

void
tool_catch_signals (void)
{
  static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
  if (pipe2 (wake, O_CLOEXEC | O_NONBLOCK) == -1)
    tool_fail ("cannot make a pipe for signals: %m");
  self = getpid ();
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    struct sigaction old, action = {
      .sa_handler = handle, .sa_flags = SA_RESETHAND,
    };
    sigemptyset (&action.sa_mask);
    /* What nohup or a shell's background job ignores stays ignored. */
    if (sigaction (numbers[i], NULL, &old) == 0
        && old.sa_handler != SIG_IGN)
      sigaction (numbers[i], &action, NULL);
  }
}

int
tool_signal_fd (void)
{
  return wake[0];
}

void
tool_check_signal (void)
{
  int number = tool_signal;
  if (number == 0)
    return;
  tool_run_ends ();
  fflush (stdout);
  if (tool_self->signal_status != 0)
    _exit (tool_self->signal_status);
  signal (number, SIG_DFL);
  raise (number);
  _exit (128 + number);
}

int
tool_poll (struct nbd_handle *h, int timeout)
{
  tool_check_signal ();
  int r = nbd_poll2 (h, wake[0], timeout);
  tool_check_signal ();
  return r;
}
