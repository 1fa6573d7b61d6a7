/* SPDX-License-Identifier: MIT */

/* The clock of handles that stay connected: it stands still unless an input
 * lets time pass.  The linker redirects calls to here (-Wl,--wrap). */

#include <stdint.h>
#include <sys/timerfd.h>
#include <time.h>

#include "fuzz.h"

extern int __real_timerfd_settime (int fd, int flags,
                                   const struct itimerspec *when,
                                   struct itimerspec *old);
extern int __wrap_timerfd_settime (int fd, int flags,
                                   const struct itimerspec *when,
                                   struct itimerspec *old);
extern int __real_clock_gettime (clockid_t clock, struct timespec *t);
extern int __wrap_clock_gettime (clockid_t clock, struct timespec *t);

#define BEGINNING 1000000

static bool stands;
static uint64_t now_ms;

void
stop_clock (bool really)
{
  stands = really;
  now_ms = BEGINNING;
}

void
pass_time (unsigned ms)
{
  now_ms += ms;
}

int
__wrap_clock_gettime (clockid_t clock, struct timespec *t)
{
  if (!stands || clock != CLOCK_MONOTONIC)
    return __real_clock_gettime (clock, t);
  t->tv_sec = now_ms / 1000;
  t->tv_nsec = now_ms % 1000 * 1000000;
  return 0;
}

/* A timer that is due expires at once; one that is not due never expires,
 * because the library sets it again after time has passed. */
int
__wrap_timerfd_settime (int fd, int flags, const struct itimerspec *when,
                        struct itimerspec *old)
{
  const struct timespec *t = &when->it_value;
  struct itimerspec real = { .it_value.tv_nsec = 0 };
  uint64_t ms = t->tv_sec * UINT64_C (1000) + t->tv_nsec / 1000000;

  if (!stands)
    return __real_timerfd_settime (fd, flags, when, old);
  if ((t->tv_sec != 0 || t->tv_nsec != 0) && ms <= now_ms)
    real.it_value.tv_nsec = 1;
  return __real_timerfd_settime (fd, flags, &real, old);
}
