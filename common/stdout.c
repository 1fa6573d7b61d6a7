/* SPDX-License-Identifier: MIT */
/* Standard output at the end, and when nobody reads it any more. */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* Does a write to standard output fail since its other end is closed? */
static bool
is_cut_off (void)
{
  struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };
  return poll (&p, 1, 0) == 1 && (p.revents & (POLLERR | POLLHUP)) != 0;
}

/* What was not written is still there, so writing it tells the reason again,
 * unless there was room in the meantime. */
static int
why_writing_failed (void)
{
  errno = 0;
  if (is_cut_off ())
    return EPIPE;
  return fflush (stdout) == EOF && errno != 0 ? errno : EIO;
}

void
tool_output_failed (int error)
{
  tool_check_signal ();
  if (error == 0)
    error = why_writing_failed ();
  if (error == EPIPE && !tool_ignores_pipe ())
    tool_end_by (SIGPIPE);
  tool_fail ("cannot write to standard output: %s", strerror (error));
}

void
tool_finish (int status)
{
  errno = 0;
  bool failed = ferror (stdout);
  /* Some file systems tell only when a file is closed. */
  if (fflush (stdout) == EOF || failed || close (dup (STDOUT_FILENO)) == -1)
    tool_output_failed (errno);
  exit (status);
}
