/* SPDX-License-Identifier: MIT */
/* Threads beside the main one. */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "threads.h"

int
thread_start (pthread_t *thread, void *(*function) (void *), void *opaque)
{
  sigset_t all, old;

  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &old);
  int r = pthread_create (thread, NULL, function, opaque);
  pthread_sigmask (SIG_SETMASK, &old, NULL);
  return r;
}

unsigned
threads_start (pthread_t *threads, unsigned count, void *(*function) (void *),
               void *opaque)
{
  unsigned i = 0;
  int r = 0;

  while (i < count && (r = thread_start (&threads[i], function, opaque)) == 0)
    i++;
  errno = r;
  return i;
}

unsigned
thread_processors (void)
{
  long n = sysconf (_SC_NPROCESSORS_ONLN);
  return n > 0 ? n : 1;
}
