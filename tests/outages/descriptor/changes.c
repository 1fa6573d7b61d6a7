/* SPDX-License-Identifier: MIT */

/* Counts changes of the one descriptor: see changes.h. */

#include <dlfcn.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include "changes.h"

unsigned changes;

int
epoll_ctl (int epoll, int op, int fd, struct epoll_event *event)
{
  int (*real) (int, int, int, struct epoll_event *) =
    (__typeof__ (real)) dlsym (RTLD_NEXT, "epoll_ctl");

  changes++;
  return real (epoll, op, fd, event);
}

int
timerfd_settime (int fd, int flags, const struct itimerspec *new,
                 struct itimerspec *old)
{
  int (*real) (int, int, const struct itimerspec *, struct itimerspec *) =
    (__typeof__ (real)) dlsym (RTLD_NEXT, "timerfd_settime");

  changes++;
  return real (fd, flags, new, old);
}
