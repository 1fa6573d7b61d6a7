/* SPDX-License-Identifier: MIT */

/* Counts the calling thread's system calls on sockets.  A program that uses
 * this file defines poll, recv, send and similar functions itself, and the
 * library's calls come to them. */

#ifndef SYSCALLS_H
#define SYSCALLS_H

struct syscalls {
  unsigned polls;
  unsigned receives;
  unsigned sends;
};

/* The calls that this thread made since its last call of this function. */
extern struct syscalls syscalls_made (void);

#endif /* SYSCALLS_H */
