/* SPDX-License-Identifier: MIT */
/* The process at the other end of a Unix socket. */

#include "reach/reach.h"

#include <sys/syscall.h>
#include <unistd.h>

/* A close-on-exec descriptor that becomes readable when the process ends.
 * -1 if it cannot be made, or if the process is unknown or has ended. */
int
nbdi_open_peer (pid_t pid)
{
#ifdef SYS_pidfd_open
  if (pid > 0)
    return (int) syscall (SYS_pidfd_open, pid, 0);
#endif
  return -1;
}
