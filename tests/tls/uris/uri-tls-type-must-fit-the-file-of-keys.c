/* SPDX-License-Identifier: MIT */

/* A URI that asks for other credentials than the handle has is refused, so
 * that nobody relies on a key that is not used. */

#include <errno.h>

#include "check.h"

static struct nbd_handle *
create (void)
{
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_uri_allow_local_file (h, true));
  return h;
}

void
test (void)
{
  struct nbd_handle *h = create ();

  if (!nbd_supports_uri (h) || !nbd_supports_tls (h))
    skip ("this library was built without support for URIs or TLS");
  work_in_empty_directory ();
  CHECK_FAILS (nbd_connect_uri (h, "nbds+unix:///?socket=none/s"
                                   "&tls-type=anon"),
               ENOTSUP, "anonymous");
  CHECK_FAILS (nbd_connect_uri (h, "nbds+unix:///?socket=none/s"
                                   "&tls-type=psk"),
               EINVAL, "tls-type=psk, but no file of keys");
  CHECK_FAILS (nbd_connect_uri (h, "nbds+unix:///?socket=none/s"
                                   "&tls-type=x509&tls-psk-file=/keys"),
               EINVAL, "tls-type=x509, but a file of keys");
  CHECK_STATE (h, "CREATED");
  /* These credentials fit.  The call fails only because nobody listens. */
  CHECK_FAILS (nbd_connect_uri (h, "nbds+unix:///?socket=none/s"
                                   "&tls-type=psk&tls-psk-file=/keys"),
               ENOENT, "connect: ");
  nbd_close (h);
  h = create ();
  CHECK_FAILS (nbd_connect_uri (h, "nbds+unix:///?socket=none/s"
                                   "&tls-type=x509"),
               ENOENT, "connect: ");
  nbd_close (h);
}
