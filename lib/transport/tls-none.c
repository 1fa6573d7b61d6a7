/* SPDX-License-Identifier: MIT */
/* The functions for TLS in a build without it. */

#include "transport/transport.h"

#include <errno.h>

bool
nbdi_has_tls (void)
{
  return false;
}

int
nbdi_tls_start (struct nbdi_channel *ch __attribute__ ((unused)),
                const char *host __attribute__ ((unused)),
                const struct nbdi_settings *settings __attribute__ ((unused)))
{
  nbdi_error (ENOTSUP, "this library was built without TLS");
  return -1;
}

enum nbdi_tls_step
nbdi_tls_handshake (struct nbdi_channel *ch __attribute__ ((unused)))
{
  return NBDI_TLS_FAILED;
}

const char *
nbdi_advice (struct nbdi_channel *ch)
{
  return ch->advice ? ch->advice : "";
}

void
nbdi_tls_free (struct nbdi_channel *ch __attribute__ ((unused)))
{
}
