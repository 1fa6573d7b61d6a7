/* SPDX-License-Identifier: MIT */
/* The result of nbd_get_uri gives another handle the same TLS settings, also
 * with special characters.  A setting that a URI cannot express is an error.
 * Nobody listens on the socket, which does not matter here. */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define USER "al:i@c/e %\303\251"
#define FILES "/a b/&c=d;e?#%25"
#define NOWHERE "/nowhere/at all"
#define WANT                                          \
  "nbd+unix://al%3Ai%40c%2Fe%20%25%C3%A9@/x"          \
  "?socket=/nowhere/at%20all"                         \
  "&tls-certificates=/a%20b/%26c%3Dd%3Be%3F%23%2525"  \
  "&tls-psk-file=/a%20b/%26c%3Dd%3Be%3F%23%2525"      \
  "&tls-hostname=h%26"                                \
  "&tls-priority=NORMAL%3A-VERS-ALL%3A%2BVERS-TLS1.3" \
  "&tls-verify-peer=0"

static struct nbd_handle *
new_handle (void)
{
  struct nbd_handle *h = nbd_create ();

  CHECK (h != NULL);
  CHECK_OK (nbd_set_uri_allow_local_file (h, true));
  CHECK_OK (nbd_set_uri_allow_tls_priority (h, true));
  return h;
}

static void
check_text (char *got, const char *want)
{
  CHECK_STRING (got, want);
  free (got);
}

static void
check_all_settings (void)
{
  struct nbd_handle *h = new_handle ();

  CHECK_OK (nbd_set_export_name (h, "x"));
  CHECK_OK (nbd_set_tls_username (h, USER));
  CHECK_OK (nbd_set_tls_certificates (h, FILES));
  CHECK_OK (nbd_set_tls_psk_file (h, FILES));
  CHECK_OK (nbd_set_tls_hostname (h, "h&"));
  CHECK_OK (nbd_set_tls_priority (h, "NORMAL:-VERS-ALL:+VERS-TLS1.3"));
  CHECK_OK (nbd_set_tls_verify_peer (h, false));
  CHECK_FAILS (nbd_connect_unix (h, NOWHERE), ENOENT, NOWHERE);
  check_text (nbd_get_uri (h), WANT);
  nbd_close (h);

  h = new_handle ();
  CHECK_FAILS (nbd_connect_uri (h, WANT), ENOENT, NOWHERE);
  check_text (nbd_get_tls_username (h), USER);
  check_text (nbd_get_tls_hostname (h), "h&");
  check_text (nbd_get_tls_priority (h), "NORMAL:-VERS-ALL:+VERS-TLS1.3");
  CHECK_INT (nbd_get_tls_verify_peer (h), 0);
  check_text (nbd_get_uri (h), WANT);
  nbd_close (h);
}

static void
check_vsock (void)
{
  struct nbd_handle *h = nbd_create ();

  CHECK (h != NULL);
  if (nbd_supports_vsock (h)) {
    CHECK_INT (nbd_connect_vsock (h, 1, 3000000000), -1);
    check_text (nbd_get_uri (h), "nbd+vsock://1:3000000000/");
  }
  nbd_close (h);
}

static void
check_unsayable (void)
{
  struct nbd_handle *h = nbd_create ();

  CHECK (h != NULL);
  CHECK_OK (nbd_set_tls_username (h, "a\nb"));
  CHECK_FAILS (nbd_connect_unix (h, NOWHERE), ENOENT, NOWHERE);
  CHECK (nbd_get_uri (h) == NULL);
  CHECK_ERROR (EINVAL, "the user has a control character");
  nbd_close (h);
}

void
test (void)
{
  struct nbd_handle *h = nbd_create ();
  bool supported = nbd_supports_uri (h), tls = nbd_supports_tls (h);

  nbd_close (h);
  if (!supported)
    skip ("this library was built without support for URIs");
  check_vsock ();
  if (tls) {
    check_all_settings ();
    check_unsayable ();
  }
}
