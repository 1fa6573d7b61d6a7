/* SPDX-License-Identifier: MIT */
/* Examples: the library itself. */
#include "snippet.h"

/* nbd_get_package_name, nbd_get_version, nbd_get_version_extra */
EXAMPLE (created)
{
  printf ("%s %s (%s)\n", nbd_get_package_name (nbd),
          nbd_get_version (nbd), nbd_get_version_extra (nbd));
}

/* nbd_supports_tls */
EXAMPLE (created)
{
  if (nbd_supports_tls (nbd) <= 0)
    errx (EXIT_FAILURE, "this library was built without TLS");
  if (nbd_set_tls (nbd, LIBNBD_TLS_REQUIRE) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_supports_vsock */
EXAMPLE (created)
{
  if (nbd_supports_vsock (nbd) > 0)
    printf ("  --vsock CID:PORT   connect to a virtual machine\n");
}

/* nbd_supports_uri */
EXAMPLE (created)
{
  if (nbd_supports_uri (nbd) <= 0)
    errx (EXIT_FAILURE, "this library was built without URIs");
  if (nbd_connect_uri (nbd, "nbd+unix:///?socket=nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}
