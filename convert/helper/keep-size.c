/* SPDX-License-Identifier: MIT */
/* Prevent a child from making files shorter, without the child noticing.
 *
 * resize2fs takes a regular file to be a file system and nothing else.  So it
 * cuts the file where the file system ends, counted from the beginning of the
 * file.  In a disk with partitions that would be in the middle of other data.
 * resize2fs has no option against it. */
#include <config.h>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "helper/internal.h"

/* Only 32-bit machines have both system calls. */
#ifndef SYS_ftruncate64
#define SYS_ftruncate64 SYS_ftruncate
#endif

int
spawn_keep_sizes (void)
{
  struct sock_filter filter[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_ftruncate, 2, 0),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_ftruncate64, 1, 0),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    /* The call does nothing and reports success: the error number is 0. */
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO),
  };
  struct sock_fprog program = {
    .len = sizeof filter / sizeof filter[0],
    .filter = filter,
  };

  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
    return -1;
  return prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}
