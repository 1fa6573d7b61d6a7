/* SPDX-License-Identifier: MIT */
/* Examples: encryption. */
#include "snippet.h"

/* nbd_set_tls, nbd_get_tls, nbd_set_tls_psk_file */
EXAMPLE (created)
{
  /* The file has lines of a name, a colon and a key. */
  if (nbd_set_tls (nbd, LIBNBD_TLS_REQUIRE) == -1
      || nbd_set_tls_username (nbd, "alice") == -1
      || nbd_set_tls_psk_file (nbd, "keys.psk") == -1
      || nbd_connect_unix (nbd, "tls.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (nbd_get_tls (nbd) == LIBNBD_TLS_REQUIRE)
    printf ("nobody on the way can read what we send\n");
}

/* nbd_get_tls_negotiated */
EXAMPLE (created)
{
  /* Use TLS if the server supports it. */
  if (nbd_set_tls (nbd, LIBNBD_TLS_ALLOW) == -1
      || nbd_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (nbd_get_tls_negotiated (nbd) == 0)
    printf ("warning: the connection is not encrypted\n");
}

/* nbd_set_tls_certificates */
EXAMPLE (created)
{
  /* The directory has the authority's certificate, ca-cert.pem. */
  if (nbd_set_tls (nbd, LIBNBD_TLS_REQUIRE) == -1
      || nbd_set_tls_certificates (nbd, "pki") == -1
      || nbd_connect_tcp (nbd, "localhost", port) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_set_tls_verify_peer, nbd_get_tls_verify_peer */
EXAMPLE (created)
{
  /* For a test only: whoever is in between can read everything. */
  if (nbd_set_tls (nbd, LIBNBD_TLS_REQUIRE) == -1
      || nbd_set_tls_verify_peer (nbd, false) == -1
      || nbd_connect_tcp (nbd, "localhost", port) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (nbd_get_tls_verify_peer (nbd) == 0)
    printf ("warning: the server was not verified\n");
}

/* nbd_set_tls_username, nbd_get_tls_username */
EXAMPLE (created)
{
  if (nbd_set_tls (nbd, LIBNBD_TLS_REQUIRE) == -1
      || nbd_set_tls_psk_file (nbd, "keys.psk") == -1
      || nbd_set_tls_username (nbd, "alice") == -1
      || nbd_connect_unix (nbd, "tls.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());

  char *name = nbd_get_tls_username (nbd);
  printf ("the server knows us as %s\n", name ? name : "?");
  free (name);
}

/* nbd_set_tls_hostname, nbd_get_tls_hostname */
EXAMPLE (created)
{
  /* The socket is the end of a tunnel to a server on localhost. */
  if (nbd_set_tls (nbd, LIBNBD_TLS_REQUIRE) == -1
      || nbd_set_tls_certificates (nbd, "pki") == -1
      || nbd_set_tls_hostname (nbd, "localhost") == -1
      || nbd_connect_unix (nbd, "tunnel.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());

  char *host = nbd_get_tls_hostname (nbd);
  printf ("the certificate is for %s\n", host ? host : "?");
  free (host);
}

/* nbd_set_tls_priority, nbd_get_tls_priority */
EXAMPLE (created)
{
  /* Only the newest version of TLS will do. */
  if (nbd_set_tls_priority (nbd, "NORMAL:-VERS-ALL:+VERS-TLS1.3")
        == -1
      || nbd_set_tls (nbd, LIBNBD_TLS_REQUIRE) == -1
      || nbd_set_tls_certificates (nbd, "pki") == -1
      || nbd_connect_tcp (nbd, "localhost", port) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());

  char *priority = nbd_get_tls_priority (nbd);
  printf ("priority: %s\n", priority ? priority : "?");
  free (priority);
}
