/* SPDX-License-Identifier: MIT */

/* A clock that runs fast for the library: see fast-clock.h. */

#include <stdint.h>
#include <sys/timerfd.h>
#include <time.h>

#include "fast-clock.h"
#include "library.h"
#include "wrap.h"

#define SECOND INT64_C (1000000000)

/* Nanoseconds that were skipped by fast_forward. */
static int64_t passed;

static int64_t
nanoseconds (const struct timespec *t)
{
  return t->tv_sec * SECOND + t->tv_nsec;
}

static struct timespec
timespec (int64_t ns)
{
  return (struct timespec) { .tv_sec = ns / SECOND, .tv_nsec = ns % SECOND };
}

/* The time at which both clocks are equal.  It is not 0, so that the fast
 * clock does not overflow. */
static int64_t
beginning (int64_t now)
{
  static int64_t first;

  if (first == 0)
    first = now;
  return first;
}

WRAPPER (int, clock_gettime, (clockid_t clock, struct timespec *t))
{
  int r = __real_clock_gettime (clock, t);

  if (r == 0 && in_library && clock == CLOCK_MONOTONIC) {
    int64_t now = nanoseconds (t), first = beginning (now);
    *t = timespec (first + (now - first) * CLOCK_SPEED + passed);
  }
  return r;
}

WRAPPER (int, timerfd_settime,
         (int fd, int flags, const struct itimerspec *when,
          struct itimerspec *old))
{
  struct itimerspec real = *when;
  int64_t ns = nanoseconds (&when->it_value), first = beginning (ns);

  /* 0 means never.  A time in the past becomes 1, so that it is due at
   * once. */
  if (ns > 0)
    ns = ns < first + passed ? 1
                             : first + (ns - passed - first) / CLOCK_SPEED;
  real.it_value = timespec (ns);
  return __real_timerfd_settime (fd, flags, &real, old);
}

void
fast_forward (int ms)
{
  passed += ms * (SECOND / 1000);
}

int
fast_ms (int timeout_ms)
{
  return timeout_ms <= 0 ? timeout_ms
                         : (timeout_ms + CLOCK_SPEED - 1) / CLOCK_SPEED;
}
