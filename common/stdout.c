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

void
tool_output_failed (int error)
{
  tool_check_signal ();
  if (error == 0)
    error = is_cut_off () ? EPIPE : EIO;
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
