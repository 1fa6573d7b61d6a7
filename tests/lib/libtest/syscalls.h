/* SPDX-License-Identifier: MIT */

/* Counts the calling thread's system calls on sockets: a program that
 * uses this defines poll, recv, send and their like itself, and the
 * library's calls go through them. */

#ifndef SYSCALLS_H
#define SYSCALLS_H

struct syscalls {
  unsigned polls;
  unsigned receives;
  unsigned sends;
};

/* What this thread did since its last call of this function. */
extern struct syscalls syscalls_made (void);

#endif /* SYSCALLS_H */
