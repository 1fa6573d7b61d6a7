/* SPDX-License-Identifier: MIT */
/* Ending standard output, and ending the tool when writing it fails. */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* Whether the other end of standard output is closed. */
static bool
is_cut_off (void)
{
  struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };
  return poll (&p, 1, 0) == 1 && (p.revents & (POLLERR | POLLHUP)) != 0;
}

/* The data that was not written is still in the buffer, so writing it again
 * gives the reason, unless the disk has free space again. */
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
  /* Some file systems report an error only when a file is closed. */
  if (fflush (stdout) == EOF || failed || close (dup (STDOUT_FILENO)) == -1)
    tool_output_failed (errno);
  exit (status);
}
