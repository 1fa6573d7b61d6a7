/* SPDX-License-Identifier: MIT */

/* Counts the calling thread's system calls on sockets. */

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "syscalls.h"

static __thread struct syscalls made;

/* Like those of the C library, a place where threads can be cancelled. */
#define CALL(...) ({                                                    \
      int type_;                                                        \
      pthread_setcanceltype (PTHREAD_CANCEL_ASYNCHRONOUS, &type_);      \
      long r_ = syscall (__VA_ARGS__);                                  \
      int errno_ = errno;                                               \
      pthread_setcanceltype (type_, &type_);                            \
      errno = errno_;                                                   \
      r_; })

struct syscalls
syscalls_made (void)
{
  struct syscalls result = made;

  made = (struct syscalls) { 0 };
  return result;
}

int
ppoll (struct pollfd *fds, nfds_t n, const struct timespec *timeout,
       const sigset_t *mask)
{
  struct timespec copy = { 0 };

  made.polls++;
  if (timeout)
    copy = *timeout;
  return CALL (SYS_ppoll, fds, n, timeout ? &copy : NULL, mask, 8);
}

int
poll (struct pollfd *fds, nfds_t n, int timeout)
{
  struct timespec ts = { timeout / 1000, timeout % 1000 * 1000000L };

  return ppoll (fds, n, timeout < 0 ? NULL : &ts, NULL);
}

/* What the C library's fortified headers call instead. */
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
  return CALL (SYS_recvmsg, fd, msg, flags);
}

ssize_t
recv (int fd, void *buf, size_t n, int flags)
{
  made.receives++;
  return CALL (SYS_recvfrom, fd, buf, n, flags, NULL, NULL);
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
  return CALL (SYS_sendmsg, fd, msg, flags);
}

ssize_t
send (int fd, const void *buf, size_t n, int flags)
{
  made.sends++;
  return CALL (SYS_sendto, fd, buf, n, flags, NULL, 0);
}
