/* SPDX-License-Identifier: MIT */

/* If a blocking call cannot wait for the answer to its option, the handle is
 * dead: otherwise a later call would call the closures of this one, and what
 * they use may not exist any more. */

#include <errno.h>
#include <sys/resource.h>

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct calls exports = { .called = 0 };
  struct nbd_handle *h = server_negotiates (&s);
  struct rlimit usual, none;

  /* poll(2) refuses more descriptors than the process may have. */
  CHECK_INT (getrlimit (RLIMIT_NOFILE, &usual), 0);
  none = usual;
  none.rlim_cur = 0;
  CHECK_INT (setrlimit (RLIMIT_NOFILE, &none), 0);
  CHECK_FAILS (nbd_opt_list (h, list (&exports)), EINVAL, "poll");
  CHECK_INT (setrlimit (RLIMIT_NOFILE, &usual), 0);
  CHECK_STATE (h, "DEAD");
  CHECK_CALLS (&exports, 0);
  nbd_close (h);
  server_close (&s);
}
