/* SPDX-License-Identifier: MIT */

/* Times and sizes in a URI have units, and a time without a unit is in
 * seconds.  Names, units and words may be in upper or lower case. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "check.h"

#define UNIX "nbd+unix:///?socket=/nowhere&"

/* A row for each way to write the value of a parameter. */
#define RECONNECT .get = nbd_get_reconnect_timeout
static const struct {
  const char *name;
  int64_t want;
  int (*get) (struct nbd_handle *h);
  uint64_t (*get64) (struct nbd_handle *h);
  unsigned (*getu) (struct nbd_handle *h);
} rows[] = {
  { "reconnect-timeout=30", 30000, RECONNECT },
  { "reconnect-timeout=0", 0, RECONNECT },
  { "reconnect-timeout=500ms", 500, RECONNECT },
  { "reconnect-timeout=0007s", 7000, RECONNECT },
  { "reconnect-timeout=2m", 120000, RECONNECT },
  { "reconnect-timeout=3h", 10800000, RECONNECT },
  { "reconnect-timeout=2147483647ms", INT_MAX, RECONNECT },
  { "reconnect-timeout=none", -1, RECONNECT },
  { "Reconnect-TimeOut=5MS", 5, RECONNECT },
  { "reconnect%2Dtimeout=%35", 5000, RECONNECT },
  { "connect-timeout=NONE", -1, .get = nbd_get_connect_timeout },
  { "command-timeout=1", 1000, .get = nbd_get_command_timeout },
  { "stall-timeout=1", 1000, .get = nbd_get_stall_timeout },
  { "keepalive=1", 1000, .get = nbd_get_keepalive },
  { "quarantine=0", 0, .get = nbd_get_quarantine },
  { "unflushed=journal", LIBNBD_UNFLUSHED_JOURNAL,
    .get = nbd_get_unflushed_policy },
  { "unflushed=Strict", LIBNBD_UNFLUSHED_STRICT,
    .get = nbd_get_unflushed_policy },
  { "unflushed=trust", LIBNBD_UNFLUSHED_TRUST,
    .get = nbd_get_unflushed_policy },
  { "journal-size=65536", 65536, .get64 = nbd_get_journal_size },
  { "journal-size=64k", 65536, .get64 = nbd_get_journal_size },
  { "journal-size=128M", 128 << 20, .get64 = nbd_get_journal_size },
  { "journal-size=3G", INT64_C (3) << 30, .get64 = nbd_get_journal_size },
  { "journal-size=1T", INT64_C (1) << 40, .get64 = nbd_get_journal_size },
  { "connections=16", 16, .getu = nbd_get_connections },
};

static void
run (size_t i)
{
  struct nbd_handle *h = nbd_create ();
  char uri[256];

  snprintf (uri, sizeof uri, UNIX "%s", rows[i].name);
  if (nbd_aio_connect_uri (h, uri) == -1)
    CHECK_ERROR (ENOENT, "/nowhere");
  if (rows[i].get)
    CHECK_INT (rows[i].get (h), rows[i].want);
  else if (rows[i].get64)
    CHECK_INT ((intmax_t) rows[i].get64 (h), rows[i].want);
  else
    CHECK_INT (rows[i].getu (h), rows[i].want);
  nbd_close (h);
}

void
test (void)
{
  requires_uris ();
  RUN_ROWS (rows, run);
}
