/* SPDX-License-Identifier: MIT */
/* A clock to measure durations.  It does not change when the time is set. */
#include <config.h>

#include <time.h>

#include "tool.h"

double
tool_now (void)
{
  struct timespec t;
  clock_gettime (CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

int64_t
tool_now_ms (void)
{
  return tool_now () * 1000;
}
