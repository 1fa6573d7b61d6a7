/* SPDX-License-Identifier: MIT */

/* A program can pass on options in the form that a URI has, with
 * nbd_set_uri_options.  They win over the environment, a URI wins over them,
 * and a later call wins over an earlier one.  If one option is wrong, none is
 * set, and the message names the call. */

#include <errno.h>
#include <stdlib.h>

#include "check.h"

#define NOWHERE "/nowhere"

static void
check_choices (struct nbd_handle *h)
{
  CHECK_OK (nbd_set_uri_options (h, ""));
  CHECK_OK (nbd_set_uri_options (h, "reconnect-timeout=2m&connections=4&"));
  CHECK_OK (nbd_set_uri_options (h, "Stall-Timeout=500MS"));
  CHECK_OK (nbd_set_uri_options (h, "connect-timeout=none&connections=3"));
  CHECK_OK (nbd_set_uri_options (h, "unflushed=strict&journal-size=1M"));
  CHECK_INT (nbd_get_reconnect_timeout (h), 120000);
  CHECK_INT (nbd_get_connections (h), 3);
  CHECK_INT (nbd_get_stall_timeout (h), 500);
  CHECK_INT (nbd_get_connect_timeout (h), -1);
  CHECK_INT (nbd_get_unflushed_policy (h), LIBNBD_UNFLUSHED_STRICT);
  CHECK_INT ((intmax_t) nbd_get_journal_size (h), 1 << 20);
  CHECK_OK (nbd_set_connect_timeout (h, 0));
}

static void
check_mistakes (struct nbd_handle *h)
{
  static const struct {
    const char *options, *message;
  } mistakes[] = {
    { "stall-timeout=7&stall-timeout=8",
      "nbd_set_uri_options: stall-timeout is given twice" },
    { "stall-timeout=7&connections=soon",
      "nbd_set_uri_options: the value of connections, \"soon\", is not a "
      "number" },
    { "stall-timeout=7&connections=99", "is not from 1 to 16" },
    { "stall-timeout=7&socket=/x",
      "nbd_set_uri_options: there is no parameter \"socket\"; known are " },
  };

  for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++)
    CHECK_FAILS (nbd_set_uri_options (h, mistakes[i].options), EINVAL,
                 mistakes[i].message);
  CHECK_INT (nbd_get_stall_timeout (h), 500);
  CHECK_INT (nbd_get_connections (h), 3);
}

void
test (void)
{
  struct nbd_handle *h = nbd_create ();

  setenv ("LIBNBD_URI_OPTIONS", "stall-timeout=9&command-timeout=9", 1);
  check_choices (h);
  check_mistakes (h);
  CHECK_FAILS (nbd_connect_unix (h, NOWHERE), ENOENT, NOWHERE);
  CHECK_INT (nbd_get_stall_timeout (h), 500);
  CHECK_INT (nbd_get_command_timeout (h), 9000);
  CHECK_FAILS (nbd_set_uri_options (h, "connections=2"), EINVAL, NULL);
  nbd_close (h);

  h = nbd_create ();
  CHECK_OK (nbd_set_uri_options (h, "stall-timeout=1&connections=2"));
  if (nbd_supports_uri (h)) {
    CHECK_FAILS (nbd_connect_uri (h, "nbd+unix:///?socket=" NOWHERE
                                     "&stall-timeout=8"),
                 ENOENT, NOWHERE);
    CHECK_INT (nbd_get_stall_timeout (h), 8000);
    CHECK_INT (nbd_get_connections (h), 2);
  }
  nbd_close (h);
}
