/* SPDX-License-Identifier: MIT */
/* What the calls about TLS answer in a build without it. */

#include "tls.h"

#include <errno.h>

bool
nbdi_supports_tls (struct nbd_handle *h __attribute__ ((unused)))
{
  return false;
}

int
nbdi_tls_start (struct nbd_handle *h __attribute__ ((unused)))
{
  nbdi_error (ENOTSUP, "this library was built without TLS");
  return -1;
}

enum nbdi_tls_step
nbdi_tls_handshake (struct nbd_handle *h __attribute__ ((unused)))
{
  return NBDI_TLS_FAILED;
}

const char *
nbdi_tls_advice (struct nbd_handle *h __attribute__ ((unused)))
{
  return NULL;
}

void
nbdi_tls_free (struct nbd_handle *h __attribute__ ((unused)))
{
}
