/* SPDX-License-Identifier: MIT */

/* A file of certificate authorities that exists and contains none ends the
 * connection.  The authorities of the system do not replace those that were
 * chosen.
 *
 * The linker redirects the library's calls to this file (-Wl,--wrap). */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "client.h"
#include "tls-server.h"
#include "wrap.h"

/* Make the library look for certificates below the home directory. */
WRAPPER (uid_t, geteuid, (void))
{
  return 1000;
}

static void
check_refused (const char *directory)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_tls (h, LIBNBD_TLS_REQUIRE));
  if (directory != NULL)
    CHECK_OK (nbd_set_tls_certificates (h, directory));
  tls_ask (&s, h);
  server_say (&s, "reply NBD_OPT_STARTTLS NBD_REP_ACK");
  CHECK_INT (nbd_aio_notify_read (h), -1);
  CHECK_CONTAINS (nbd_get_error (), "/ca-cert.pem: ");
  CHECK_STATE (h, "DEAD");
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  static const char *const below[] = {
    "",
    "/.pki",
    "/.pki/libnbd",
    "/.pki/libnbd/ca-cert.pem",
  };
  char home[] = "/tmp/causeway-XXXXXX", paths[4][100];

  requires_tls ();
  CHECK (mkdtemp (home) != NULL);
  for (int i = 0; i < 4; i++)
    snprintf (paths[i], sizeof paths[i], "%s%s", home, below[i]);
  CHECK_INT (mkdir (paths[1], 0700), 0);
  CHECK_INT (mkdir (paths[2], 0700), 0);
  FILE *f = fopen (paths[3], "w");
  CHECK (f != NULL);
  fputs ("-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----\n", f);
  CHECK_INT (fclose (f), 0);

  setenv ("HOME", home, 1);
  check_case ("in the directory that was set");
  check_refused (paths[2]);
  check_case ("at home");
  check_refused (NULL);
  unlink (paths[3]);
  for (int i = 2; i >= 0; i--)
    rmdir (paths[i]);
}
