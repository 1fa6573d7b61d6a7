/* SPDX-License-Identifier: MIT */

/* What fortified headers call instead of recv, for programs that wrap recv. */

#include <stddef.h>
#include <sys/types.h>

extern ssize_t __wrap_recv (int fd, void *p, size_t n, int flags);
extern ssize_t __wrap___recv_chk (int fd, void *p, size_t n, size_t size,
                                  int flags);

ssize_t
__wrap___recv_chk (int fd, void *p, size_t n,
                   size_t size __attribute__ ((unused)), int flags)
{
  return __wrap_recv (fd, p, n, flags);
}
