/* SPDX-License-Identifier: MIT */
/* Writes the steps that a process takes into the file that STATE_COVERAGE
 * names.  Each step is written once per process, as one line:
 *
 *   FROM EVENT TO      it took this transition
 *   STATE logged       it formatted the debug message that names the state
 *
 * EVENT is the event's number or -1, TO may be FAILED.  A line is written at
 * once and whole, so several processes can write at the same time and may end
 * in any way. */

#include "machine/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static atomic_bool seen[NBDI_NR_STATES][1 + NBDI_NR_EVENTS]
                       [1 + NBDI_NR_STATES];
static atomic_bool logged[NBDI_NR_STATES];

/* Open the file.  If a test has used up all descriptors, the limit is raised
 * for that moment. */
static int
open_file (const char *path)
{
  int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC;
  int fd = open (path, flags, 0666);
  struct rlimit limit, most;

  if (fd != -1 || errno != EMFILE || getrlimit (RLIMIT_NOFILE, &limit) == -1)
    return fd;
  most = limit;
  most.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &most);
  fd = open (path, flags, 0666);
  setrlimit (RLIMIT_NOFILE, &limit);
  return fd;
}

static void
write_line (const char *fmt, ...)
{
  static const char *path;
  char line[256];
  va_list args;

  if (path == NULL)
    path = getenv ("STATE_COVERAGE");
  if (path == NULL)
    return;
  va_start (args, fmt);
  int n = vsnprintf (line, sizeof line, fmt, args);
  va_end (args);
  int fd = open_file (path);
  if (fd == -1 || write (fd, line, n) != n)
    fprintf (stderr, "state coverage: %s: %m\n", path);
  if (fd != -1)
    close (fd);
}

void
nbdi_cover (int from, int event, int to)
{
  int saved_errno = errno;

  if (to == NBDI_WAIT
      || atomic_exchange (&seen[from][1 + event][to < 0 ? 0 : 1 + to], true))
    return;
  write_line ("%s %d %s\n", nbdi_state_name (from), event,
              to < 0 ? "FAILED" : nbdi_state_name (to));
  errno = saved_errno;
}

int
nbdi_cover_text (int result, char **text)
{
  static const char begin[] = "state ";
  int saved_errno = errno;

  if (result != -1 && strncmp (*text, begin, sizeof begin - 1) == 0) {
    const char *name = *text + sizeof begin - 1;
    size_t len = strcspn (name, " "); /* the connection may follow */
    for (int s = 0; s < NBDI_NR_STATES; s++)
      if (strlen (nbdi_state_name (s)) == len
          && strncmp (name, nbdi_state_name (s), len) == 0
          && !atomic_exchange (&logged[s], true))
        write_line ("%s logged\n", nbdi_state_name (s));
  }
  errno = saved_errno;
  return result;
}

#ifdef COVER_LINES

/* Functions of the compiler's profiler. */
extern void __gcov_dump (void);
extern void __gcov_reset (void);

/* Only programs that let allocations fail define this function. */
extern void *__wrap_malloc (size_t n) __attribute__ ((weak));

void
nbdi_cover_lines (void)
{
  int saved_errno = errno;

  /* The profiler does not expect that an allocation fails. */
  if (__wrap_malloc != NULL)
    return;
  __gcov_dump ();
  __gcov_reset ();
  errno = saved_errno;
}

#endif /* COVER_LINES */
