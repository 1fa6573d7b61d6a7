/* SPDX-License-Identifier: MIT */
/* If no directory was set, certificates are looked for below the home
 * directory, or for root only in the system's directory, and then the
 * system's authorities are used.
 *
 * The linker redirects the library's calls to this file (-Wl,--wrap). */

#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "client.h"
#include "tls-server.h"
#include "wrap.h"

#define CA "/ca-cert.pem "

static uid_t user;
static char places[1024]; /* in the order in which they were looked for */

WRAPPER (uid_t, geteuid, (void))
{
  return user;
}

static void
note (const char *place)
{
  CHECK (strlen (places) + strlen (place) + 2 < sizeof places);
  strcat (strcat (places, place), " ");
}

WRAPPER (int, access, (const char *path, int mode))
{
  (void) mode;
  note (path);
  errno = ENOENT;
  return -1;
}

WRAPPER (int, gnutls_certificate_set_x509_system_trust,
         (gnutls_certificate_credentials_t x509))
{
  (void) x509;
  note ("system");
  return 1;
}

static void
check_places (uid_t who, const char *home, const char *dir, const char *want)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();

  user = who;
  places[0] = '\0';
  if (home)
    setenv ("HOME", home, 1);
  else
    unsetenv ("HOME");
  CHECK_OK (nbd_set_tls (h, LIBNBD_TLS_REQUIRE));
  if (dir)
    CHECK_OK (nbd_set_tls_certificates (h, dir));
  tls_ask (&s, h);
  server_say (&s, "reply NBD_OPT_STARTTLS NBD_REP_ACK");
  pump (h);
  CHECK_STATE (h, "CONNECTING");
  CHECK_STRING (places, want);
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  requires_tls ();
  check_places (1000, "/home/me", NULL,
                "/home/me/.pki/libnbd" CA "/home/me/.config/pki/libnbd" CA
                "system ");
  check_places (0, "/home/me", NULL, SYSCONFDIR "/pki/libnbd" CA "system ");
  check_places (1000, NULL, NULL, SYSCONFDIR "/pki/libnbd" CA "system ");
  check_places (1000, "/home/me", "/my/own", "/my/own" CA "system ");
}
