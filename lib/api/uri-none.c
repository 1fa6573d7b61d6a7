/* SPDX-License-Identifier: MIT */
/* The calls about URIs in a build without libxml2. */

#include "api/library.h"

#include <errno.h>

bool
nbdi_supports_uri (struct nbd_handle *h __attribute__ ((unused)))
{
  return false;
}

int
nbdi_aio_connect_uri (struct nbd_handle *h __attribute__ ((unused)),
                      const char *uri __attribute__ ((unused)))
{
  nbdi_error (ENOTSUP, "this library was built without support for URIs");
  return -1;
}

char *
nbdi_get_uri (struct nbd_handle *h __attribute__ ((unused)))
{
  nbdi_error (ENOTSUP, "this library was built without support for URIs");
  return NULL;
}
