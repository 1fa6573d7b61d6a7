/* SPDX-License-Identifier: MIT */
/* The server that nbdfuse has started: it has limited time to end. */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "leave.h"
#include "phase.h"
#include "tool.h"

/* The handle that has started the server; NULL if there is none, or after it
 * was closed. */
static struct nbd_handle *starter;
/* The server's pid file descriptor, or -1. */
static int server = -1;

/* A handler of SIGALRM and of signals that end the program: kill the server if
 * its time is over. */
static void
kill_overdue (int number)
{
  int saved = errno;
  if (number != SIGALRM)
    phase_signal (number);
  int64_t left = phase_deadline () - tool_now_ms ();
  if (left > 0)
    alarm ((left + 999) / 1000);
  else {
    phase_event (OVERDUE);
    pidfd_send_signal (server, SIGKILL, NULL, 0);
  }
  errno = saved;
}

/* Limit the time in which the server has to end. */
static void
limit_closing (void)
{
  static const int numbers[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
  int64_t pid = starter ? nbd_get_subprocess_pid (starter) : 0;
  if (pid <= 0 || (server = pidfd_open (pid, 0)) == -1)
    return;
  phase_event (DISCONNECTING);
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    tool_catch_signal (numbers[i], kill_overdue);
  signal (SIGALRM, kill_overdue);
  kill_overdue (SIGALRM);
  sigprocmask (SIG_UNBLOCK, tool_ending_signals (), NULL);
}

void
server_watch (struct nbd_handle *h)
{
  starter = h;
  tool_at_end (limit_closing);
}

bool
server_close (void)
{
  limit_closing ();
  if (server == -1)
    return true;
  tool_close_all ();
  starter = NULL;
  sigprocmask (SIG_BLOCK, tool_ending_signals (), NULL);
  alarm (0);
  if (phase_now () != KILLED)
    return true;
  tool_error ("the server did not end, it was killed");
  return false;
}
