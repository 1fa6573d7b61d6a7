/* SPDX-License-Identifier: MIT */

/* The processes of the brittle server: starting, starting again, and
 * ending. */

#include "brittle.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "parts.h"

int64_t
brittle_now (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return (int64_t) t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
brittle_say (const struct brittle *b, const char *fmt, ...)
{
  char text[256];
  va_list args;

  if (!b->settings.verbose)
    return;
  va_start (args, fmt);
  vsnprintf (text, sizeof text, fmt, args);
  va_end (args);
  fprintf (stderr, "%lld server %s\n", (long long) brittle_now () % 1000000,
           text);
}

static void
die (const char *what)
{
  fprintf (stderr, "brittle server: %s: %s\n", what, strerror (errno));
  exit (EXIT_FAILURE);
}

/* Start the server, and again each time that it exits with COMES_BACK. */
static void __attribute__ ((noreturn))
supervise (struct brittle *b, int listener)
{
  int status = 0;

  close (b->stop);
  do {
    pid_t pid = fork ();

    if (pid == -1)
      die ("fork");
    if (pid == 0)
      serve (b, listener);
    if (listener >= 0)
      close (listener);
    listener = -1;
    while (waitpid (pid, &status, 0) == -1 && errno == EINTR)
      ;
  } while (WIFEXITED (status) && WEXITSTATUS (status) == COMES_BACK);
  _exit (WIFEXITED (status) ? WEXITSTATUS (status) : EXIT_FAILURE);
}

struct brittle *
brittle_start (const struct brittle_settings *settings, const char *path)
{
  struct brittle *b = mmap (NULL, sizeof *b, PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  int ends[2], listener = -1;

  if (b == MAP_FAILED)
    die ("mmap");
  b->settings = *settings;
  b->random = random_of (settings->seed, 1);
  b->outages_left = settings->outages;
  disk_init (&b->disk);
  if (pipe2 (ends, O_CLOEXEC) == -1)
    die ("pipe");
  b->end = ends[0];
  b->stop = ends[1];
  if (!address_init (b, path))
    die ("bind");
  if (settings->late)
    b->refuse_ms = 1 + random_below (&b->random, 60);
  else {
    listener = start_listening (b);
    if (listener == -1)
      die ("listen");
  }
  b->supervisor = fork ();
  if (b->supervisor == -1)
    die ("fork");
  if (b->supervisor == 0)
    supervise (b, listener);
  if (listener >= 0)
    close (listener);
  close (b->end);
  return b;
}

void
brittle_arm (struct brittle *b)
{
  __atomic_store_n (&b->signal, true, __ATOMIC_RELEASE);
}

void
brittle_signal (struct brittle *b)
{
  unsigned before = __atomic_load_n (&b->events, __ATOMIC_ACQUIRE);

  brittle_arm (b);
  while (__atomic_load_n (&b->events, __ATOMIC_ACQUIRE) == before)
    poll (NULL, 0, 1);
}

static bool
has_ended (const struct brittle *b)
{
  siginfo_t info = { .si_pid = 0 };

  return b->supervisor == 0
         || waitid (P_PID, (id_t) b->supervisor, &info,
                    WEXITED | WNOHANG | WNOWAIT)
              == -1
         || info.si_pid != 0;
}

bool
brittle_disturbed (struct brittle *b)
{
  int64_t turned_at = __atomic_load_n (&b->turned_at, __ATOMIC_ACQUIRE);

  while (__atomic_load_n (&b->turned_at, __ATOMIC_ACQUIRE) == turned_at
         && !has_ended (b))
    poll (NULL, 0, 1);
  return b->disturbed;
}

void
brittle_stop (struct brittle *b)
{
  int status;

  close (b->stop);
  while (waitpid (b->supervisor, &status, 0) == -1 && errno == EINTR)
    ;
  b->supervisor = 0;
  if (!WIFEXITED (status) || WEXITSTATUS (status) != EXIT_SUCCESS) {
    fprintf (stderr, "brittle server: it ended with status %#x\n", status);
    exit (EXIT_FAILURE);
  }
  if (b->holder != -1)
    close (b->holder);
  if (!b->settings.tcp)
    unlink (b->address.local.sun_path);
}

void
brittle_free (struct brittle *b)
{
  munmap (b, sizeof *b);
}
