/* SPDX-License-Identifier: MIT */

/* A time may be -1, 0 or more; the journal size and the number of connections
 * have a range.  A value that is refused changes nothing. */

#include <errno.h>
#include <limits.h>

#include "check.h"

static const struct {
  const char *name;
  int (*set) (struct nbd_handle *h, int timeout);
  int (*get) (struct nbd_handle *h);
  int initial;
} times[] = {
  { "reconnect_timeout", nbd_set_reconnect_timeout, nbd_get_reconnect_timeout,
    0 },
  { "connect_timeout", nbd_set_connect_timeout, nbd_get_connect_timeout, 0 },
  { "command_timeout", nbd_set_command_timeout, nbd_get_command_timeout, 0 },
  { "stall_timeout", nbd_set_stall_timeout, nbd_get_stall_timeout, 0 },
  { "keepalive", nbd_set_keepalive, nbd_get_keepalive, 0 },
  { "quarantine", nbd_set_quarantine, nbd_get_quarantine, 30000 },
};

static void
check_time (size_t i)
{
  struct nbd_handle *h = nbd_create ();

  CHECK_INT (times[i].get (h), times[i].initial);
  CHECK_FAILS (times[i].set (h, -2), EINVAL, times[i].name);
  CHECK_FAILS (times[i].set (h, INT_MIN), EINVAL, "at least -1");
  CHECK_INT (times[i].get (h), times[i].initial);
  CHECK_OK (times[i].set (h, -1));
  CHECK_INT (times[i].get (h), -1);
  CHECK_OK (times[i].set (h, INT_MAX));
  CHECK_INT (times[i].get (h), INT_MAX);
  CHECK_OK (times[i].set (h, 0));
  CHECK_INT (times[i].get (h), 0);
  nbd_close (h);
}

void
test (void)
{
  struct nbd_handle *h = nbd_create ();

  CHECK_INT (nbd_get_unflushed_policy (h), LIBNBD_UNFLUSHED_JOURNAL);
  CHECK_FAILS (nbd_set_unflushed_policy (h, 3), EINVAL, "policy");
  CHECK_OK (nbd_set_unflushed_policy (h, LIBNBD_UNFLUSHED_TRUST));
  CHECK_INT (nbd_get_unflushed_policy (h), LIBNBD_UNFLUSHED_TRUST);

  CHECK_INT (nbd_get_journal_size (h), 64 << 20);
  CHECK_FAILS (nbd_set_journal_size (h, 65535), EINVAL, "65536");
  CHECK_FAILS (nbd_set_journal_size (h, (UINT64_C (1) << 40) + 1), EINVAL,
               "1099511627776");
  CHECK_INT (nbd_get_journal_size (h), 64 << 20);
  CHECK_OK (nbd_set_journal_size (h, UINT64_C (1) << 40));
  CHECK_INT (nbd_get_journal_size (h), INT64_C (1) << 40);

  CHECK_INT (nbd_get_connections (h), 1);
  CHECK_FAILS (nbd_set_connections (h, 0), EINVAL, "from 1 to 16");
  CHECK_FAILS (nbd_set_connections (h, 17), EINVAL, "from 1 to 16");
  CHECK_OK (nbd_set_connections (h, 16));
  CHECK_INT (nbd_get_connections (h), 16);
  nbd_close (h);

  RUN_ROWS (times, check_time);
}
