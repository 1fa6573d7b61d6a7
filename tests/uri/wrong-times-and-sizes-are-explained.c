/* SPDX-License-Identifier: MIT */

/* A wrong time, size, number or word is refused, in a URI and in the
 * environment.  The message names the source, the parameter and the value,
 * and says what is allowed.  The handle does not change. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define TIME "ms, s, m or h, or none"
#define SIZE "K, M, G or T"

static const struct {
  const char *name; /* the parameter and its value */
  const char *wanted;
} rows[] = {
  { "reconnect-timeout=", TIME },
  { "reconnect-timeout", TIME },
  { "connect-timeout=soon", TIME },
  { "command-timeout=-1", TIME },
  { "stall-timeout=+1", TIME },
  { "keepalive=1.5", TIME },
  { "quarantine=ms", TIME },
  { "quarantine=1 s", TIME },
  { "quarantine=1d", TIME },
  { "quarantine=0x10", TIME },
  { "quarantine=2147483648ms", "not from 0 to 2147483647 milliseconds" },
  { "quarantine=597h", "not from 0 to 2147483647 milliseconds" },
  { "quarantine=9223372036854775808ms", "2147483647" },
  { "quarantine=9223372036854775807h", "2147483647" },
  { "quarantine=184467440737095516160", "2147483647" },
  { "unflushed=", "journal, strict or trust" },
  { "unflushed=0", "journal, strict or trust" },
  { "unflushed=journals", "journal, strict or trust" },
  { "journal-size=K", SIZE },
  { "journal-size=64Ki", SIZE },
  { "journal-size=none", SIZE },
  { "journal-size=63K", "not from 65536 to 1099511627776 bytes" },
  { "journal-size=2T", "not from 65536 to 1099511627776 bytes" },
  { "journal-size=16777216T", "1099511627776" },
  { "connections=0", "not from 1 to 16" },
  { "connections=17", "not from 1 to 16" },
  { "connections=4K", "not a number" },
  { "connections=4294967297", "not from 1 to 16" },
};

/* The message has the parameter's name, and the value in quotes. */
static void
check_message (size_t i, const char *source)
{
  const char *name = rows[i].name;
  size_t len = strcspn (name, "=");
  char text[256];

  snprintf (text, sizeof text, "%s: the value of %.*s, \"%s\", is ", source,
            (int) len, name, name[len] == '=' ? name + len + 1 : "");
  CHECK_ERROR (EINVAL, text);
  CHECK_ERROR (EINVAL, rows[i].wanted);
}

static void
check_unchanged (struct nbd_handle *h)
{
  CHECK_STATE (h, "CREATED");
  CHECK_INT (nbd_get_reconnect_timeout (h), 0);
  CHECK_INT (nbd_get_quarantine (h), 30000);
  CHECK_INT (nbd_get_connections (h), 1);
}

static void
run (size_t i)
{
  struct nbd_handle *h = nbd_create ();
  char uri[256];

  /* A URI cannot contain a space. */
  if (nbd_supports_uri (h) && strchr (rows[i].name, ' ') == NULL) {
    snprintf (uri, sizeof uri, "nbd+unix:///x?socket=/nowhere&%s",
              rows[i].name);
    CHECK_INT (nbd_connect_uri (h, uri), -1);
    check_message (i, "URI");
    check_unchanged (h);
  }
  setenv ("LIBNBD_URI_OPTIONS", rows[i].name, 1);
  CHECK_INT (nbd_connect_unix (h, "/nowhere"), -1);
  check_message (i, "LIBNBD_URI_OPTIONS");
  check_unchanged (h);
  unsetenv ("LIBNBD_URI_OPTIONS");
  CHECK_FAILS (nbd_connect_unix (h, "/nowhere"), ENOENT, "/nowhere");
  nbd_close (h);
}

void
test (void)
{
  RUN_ROWS (rows, run);
}
