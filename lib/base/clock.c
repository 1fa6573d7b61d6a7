/* SPDX-License-Identifier: MIT */
/* Time, in the monotonic clock, which nobody can set. */

#include "base/base.h"

#include <limits.h>

/* How many milliseconds are left until this time. */
int
nbdi_time_left (const struct timespec *end)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  int64_t ms = (int64_t) (end->tv_sec - now.tv_sec) * 1000
               + (end->tv_nsec - now.tv_nsec + 999999) / 1000000;
  return ms < 0 ? 0 : ms > INT_MAX ? INT_MAX : (int) ms;
}

/* Nanoseconds since an unspecified time. */
uint64_t
nbdi_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (uint64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The time that is this many milliseconds from now. */
void
nbdi_deadline (int timeout_ms, struct timespec *end)
{
  clock_gettime (CLOCK_MONOTONIC, end);
  end->tv_sec += timeout_ms / 1000;
  end->tv_nsec += (long) (timeout_ms % 1000) * 1000000;
  if (end->tv_nsec >= 1000000000) {
    end->tv_sec++;
    end->tv_nsec -= 1000000000;
  }
}
