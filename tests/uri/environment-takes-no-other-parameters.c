/* SPDX-License-Identifier: MIT */

/* LIBNBD_URI_OPTIONS can only say how to stay connected.  A parameter that
 * does not exist, or that says where a server is or whom to trust, is an
 * error, which names it and the known parameters.  The handle can be used
 * afterwards. */

#include <errno.h>
#include <stdlib.h>

#include "check.h"

static const struct {
  const char *name;
  const char *text;
} rows[] = {
  { "reconect-timeout=5", "no parameter \"reconect-timeout\"" },
  { "keepalive=1&tls-verify-peer=0", "no parameter \"tls-verify-peer\"" },
  { "socket=/tmp/sock", "no parameter \"socket\"" },
  { "?keepalive=1", "no parameter \"?keepalive\"" },
  { "keepalive=1;connections=2", "the value of keepalive" },
  { "keepalive =1", "no parameter \"keepalive \"" },
  { "=1", "no parameter \"\"" },
  { "x\n=1", "no parameter \"x\\x0a\"" },
  { "keepalive=1&KEEPALIVE=1", "keepalive is given twice" },
};

static void
run (size_t i)
{
  struct nbd_handle *h = nbd_create ();

  setenv ("LIBNBD_URI_OPTIONS", rows[i].name, 1);
  CHECK_FAILS (nbd_connect_unix (h, "/nowhere"), EINVAL,
               "LIBNBD_URI_OPTIONS: ");
  CHECK_ERROR (EINVAL, rows[i].text);
  CHECK_STATE (h, "CREATED");
  CHECK_INT (nbd_get_keepalive (h), 0);
  unsetenv ("LIBNBD_URI_OPTIONS");
  CHECK_FAILS (nbd_connect_unix (h, "/nowhere"), ENOENT, "/nowhere");
  nbd_close (h);
}

void
test (void)
{
  struct nbd_handle *h = nbd_create ();

  setenv ("LIBNBD_URI_OPTIONS", "nothing", 1);
  CHECK_FAILS (nbd_connect_unix (h, "/nowhere"), EINVAL,
               "known are reconnect-timeout, connect-timeout, "
               "command-timeout, stall-timeout, keepalive, unflushed, "
               "journal-size, quarantine and connections");
  nbd_close (h);
  RUN_ROWS (rows, run);
}
