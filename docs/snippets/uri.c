/* SPDX-License-Identifier: MIT */
/* Examples: URIs. */
#include "snippet.h"

/* nbd_connect_uri */
EXAMPLE (created)
{
  /* A server in the network would be nbd://example.com/disk. */
  if (nbd_connect_uri (nbd, "nbd+unix:///?socket=nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("%" PRIi64 " bytes\n", nbd_get_size (nbd));
}

/* nbd_aio_connect_uri */
EXAMPLE (created)
{
  if (nbd_aio_connect_uri (nbd, "nbd+unix:///?socket=nbd.sock")
      == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_is_connecting (nbd))
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_set_uri_allow_transports */
EXAMPLE (created)
{
  uint32_t mask = LIBNBD_ALLOW_TRANSPORT_TCP
                  | LIBNBD_ALLOW_TRANSPORT_UNIX;

  /* A URI of somebody else cannot start ssh. */
  if (nbd_set_uri_allow_transports (nbd, mask) == -1
      || nbd_connect_uri (nbd, "nbd+ssh://example.com/disk") == -1)
    warnx ("%s", nbd_get_error ());
}

/* nbd_set_uri_allow_tls, nbd_set_uri_allow_tls_priority */
EXAMPLE (created)
{
  /* A URI must be one with TLS, and cannot choose weak ciphers. */
  if (nbd_set_uri_allow_tls (nbd, LIBNBD_TLS_REQUIRE) == -1
      || nbd_set_uri_allow_tls_priority (nbd, false) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (nbd_connect_uri (nbd, "nbd://localhost") == -1)
    warnx ("%s", nbd_get_error ());
}

/* nbd_set_uri_allow_local_file */
EXAMPLE (created)
{
  /* The URI is our own, so it may name the file of shared keys. */
  if (nbd_set_uri_allow_local_file (nbd, true) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (nbd_connect_uri (nbd, "nbds+unix://alice@/?socket=tls.sock"
                            "&tls-psk-file=keys.psk")
      == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_get_uri */
EXAMPLE (connected)
{
  char *uri = nbd_get_uri (nbd);

  if (uri == NULL)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("connected to %s\n", uri);
  free (uri);
}

/* nbd_is_uri */
EXAMPLE (created)
{
  const char *name = "disk.qcow2"; /* an argument of our program */

  if (nbd_is_uri (nbd, name) > 0) {
    if (nbd_connect_uri (nbd, name) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
  }
  else
    printf ("%s is the name of a file\n", name);
}
