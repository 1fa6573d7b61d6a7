/* SPDX-License-Identifier: MIT */

/* What fortified headers call instead of poll, for programs that wrap poll. */

#include <poll.h>
#include <stddef.h>

extern int __wrap_poll (struct pollfd *fds, nfds_t n, int timeout);
extern int __wrap___poll_chk (struct pollfd *fds, nfds_t n, int timeout,
                              size_t size);

int
__wrap___poll_chk (struct pollfd *fds, nfds_t n, int timeout,
                   size_t size __attribute__ ((unused)))
{
  return __wrap_poll (fds, n, timeout);
}
