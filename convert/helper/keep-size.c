/* SPDX-License-Identifier: MIT */
/* A child that cannot make files shorter, and does not learn of it.
 *
 * resize2fs takes a regular file for a file system and nothing more, and cuts
 * it where that ends, counted from the beginning of the file.  On a disk with
 * partitions that is in the middle of something.  No option prevents it. */
#include <config.h>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "helper/internal.h"

/* Only machines of 32 bits have two. */
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
    /* No error, but nothing is done. */
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
