/* SPDX-License-Identifier: MIT */

/* What conversations do where the library has no TLS. */

#include "check.h"
#include "conversations.h"

void
prepare_tls (struct nbd_handle *h)
{
  set_style (h, SIMPLE);
}

/* The server has agreed to what nobody asked for. */
void
agree_to_tls (struct nbd_handle *h __attribute__ ((unused)))
{
}

bool
tls_is_possible (void)
{
  return false;
}
