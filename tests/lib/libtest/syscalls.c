/* SPDX-License-Identifier: MIT */

/* Counts the calling thread's system calls on sockets. */

#include <dlfcn.h>
#include <poll.h>
#include <stddef.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>

#include "syscalls.h"

static __thread struct syscalls made;

/* The function of that name in the C library, which the one here hides.
 * Direct system calls cannot be used, because they are no cancellation
 * points. */
#define REAL(name)                                           \
  ({                                                         \
    static __typeof__ (&name) real_;                         \
    if (real_ == NULL)                                       \
      real_ = (__typeof__ (&name)) dlsym (RTLD_NEXT, #name); \
    real_;                                                   \
  })

struct syscalls
syscalls_made (void)
{
  struct syscalls result = made;

  made = (struct syscalls) { 0 };
  return result;
}

int
poll (struct pollfd *fds, nfds_t n, int timeout)
{
  made.polls++;
  return REAL (poll) (fds, n, timeout);
}

int
ppoll (struct pollfd *fds, nfds_t n, const struct timespec *timeout,
       const sigset_t *mask)
{
  made.polls++;
  return REAL (ppoll) (fds, n, timeout, mask);
}

/* What the C library's fortified headers call instead of poll. */
int
__poll_chk (struct pollfd *fds, nfds_t n, int timeout, size_t size)
{
  (void) size;
  return poll (fds, n, timeout);
}

ssize_t
recvmsg (int fd, struct msghdr *msg, int flags)
{
  made.receives++;
  return REAL (recvmsg) (fd, msg, flags);
}

ssize_t
recv (int fd, void *buf, size_t n, int flags)
{
  made.receives++;
  return REAL (recv) (fd, buf, n, flags);
}

ssize_t
__recv_chk (int fd, void *buf, size_t n, size_t size, int flags)
{
  (void) size;
  return recv (fd, buf, n, flags);
}

ssize_t
sendmsg (int fd, const struct msghdr *msg, int flags)
{
  made.sends++;
  return REAL (sendmsg) (fd, msg, flags);
}

ssize_t
send (int fd, const void *buf, size_t n, int flags)
{
  made.sends++;
  return REAL (send) (fd, buf, n, flags);
}
