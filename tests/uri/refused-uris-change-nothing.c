/* SPDX-License-Identifier: MIT */
/* A URI is checked completely before anything is done.  A URI that is refused
 * changes no setting, and the handle can still be used. */
#include <errno.h>
#include <stdlib.h>

#include "check.h"

#define GOOD                                         \
  "nbd://alice@localhost:1/name?tls-hostname=other&" \
  "tls-verify-peer=false&tls-certificates=certs&"    \
  "tls-psk-file=keys&tls-priority=NORMAL"

static const struct {
  const char *uri;
  int errnum;
} rows[] = {
  { GOOD "&tls-type=unknown", EINVAL },
  { GOOD "&tls-hostname=again", EINVAL },
  { GOOD "&socket=/tmp/sock", EINVAL },
  { GOOD "&x=%00", EINVAL },
};

static void
check_text (char *got, const char *want)
{
  CHECK_STRING (got, want);
  free (got);
}

static void
check_untouched (struct nbd_handle *h)
{
  CHECK_STATE (h, "CREATED");
  check_text (nbd_get_export_name (h), "before");
  check_text (nbd_get_tls_username (h), "root");
  check_text (nbd_get_tls_hostname (h), "");
  CHECK_INT (nbd_get_tls_verify_peer (h), 1);
  CHECK_INT (nbd_get_tls (h), LIBNBD_TLS_DISABLE);
}

void
test (void)
{
  static size_t i; /* survives the jump of a failed row */
  struct nbd_handle *h = nbd_create ();

  CHECK (h != NULL);
  if (!nbd_supports_uri (h))
    skip ("this library was built without support for URIs");
  CHECK_OK (nbd_set_export_name (h, "before"));
  setenv ("LOGNAME", "root", 1);
  CHECK_OK (nbd_set_uri_allow_local_file (h, true));
  CHECK_OK (nbd_set_uri_allow_tls_priority (h, true));
  for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (ROW (rows[i].uri)) {
      CHECK_FAILS (nbd_connect_uri (h, rows[i].uri), rows[i].errnum, "URI: ");
      check_untouched (h);
    }
  check_rows_end ();
  CHECK_OK (nbd_set_uri_allow_tls_priority (h, false));
  CHECK_FAILS (nbd_connect_uri (h, GOOD), EPERM, "tls-priority");
  check_untouched (h);
  if (!nbd_supports_tls (h)) {
    CHECK_FAILS (nbd_connect_uri (h, "nbds://alice@localhost:1/name"),
                 ENOTSUP, "TLS");
    check_untouched (h);
  }
  nbd_close (h);
}
