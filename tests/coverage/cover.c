/* SPDX-License-Identifier: MIT */
/* Writes down each transition that a process takes for the first time, as
 * one line of the file that STATE_COVERAGE names:
 *
 *   FROM EVENT TO
 *
 * EVENT is the event's number or -1, TO may be FAILED.  A line is written at
 * once and whole, so processes may run side by side and end in any way.
 */

#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_bool seen[NBDI_NR_STATES][1 + NBDI_NR_EVENTS]
  [1 + NBDI_NR_STATES];

static void
write_line (const char *path, int from, int event, int to)
{
  char line[256];
  int n = snprintf (line, sizeof line, "%s %d %s\n", nbdi_state_name (from),
                    event, to < 0 ? "FAILED" : nbdi_state_name (to));
  int fd = open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);

  if (fd == -1 || write (fd, line, n) != n)
    fprintf (stderr, "state coverage: %s: %m\n", path);
  if (fd != -1)
    close (fd);
}

void
nbdi_cover (int from, int event, int to)
{
  static const char *path;
  int saved_errno = errno;

  if (to == NBDI_WAIT ||
      atomic_exchange (&seen[from][1 + event][to < 0 ? 0 : 1 + to], true))
    return;
  if (path == NULL)
    path = getenv ("STATE_COVERAGE");
  if (path != NULL)
    write_line (path, from, event, to);
  errno = saved_errno;
}
