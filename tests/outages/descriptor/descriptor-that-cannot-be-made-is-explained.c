/* SPDX-License-Identifier: MIT */

/* A program that may open no more files gets no descriptor.  The error says
 * why, and the program can ask again.  Blocking calls need no descriptor. */

#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

#include "check.h"
#include "process.h"

static struct rlimit usual;

/* Allow so many more open files. */
static void
limit (rlim_t more)
{
  int free_fd = dup (0);
  const struct rlimit limit = { free_fd + more, usual.rlim_max };

  close (free_fd);
  CHECK_OK (setrlimit (RLIMIT_NOFILE, &limit));
}

void
test (void)
{
  struct nbd_handle *h = nbd_create ();

  requires_program ("nbdkit");
  CHECK_OK (nbd_set_command_timeout (h, 60000));
  CHECK_OK (nbd_connect_command (h, nbdkit_command));
  CHECK_OK (getrlimit (RLIMIT_NOFILE, &usual));
  /* Neither of the two descriptors can be opened, or only one. */
  for (rlim_t more = 0; more <= 1; more++) {
    limit (more);
    CHECK_FAILS (nbd_aio_get_fd (h), EMFILE, "the descriptor of a handle");
    CHECK_DISK (h);
    CHECK_OK (setrlimit (RLIMIT_NOFILE, &usual));
  }
  CHECK_OK (nbd_aio_get_fd (h));
  CHECK_DISK (h);
  nbd_close (h);
}
