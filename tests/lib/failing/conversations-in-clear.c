/* SPDX-License-Identifier: MIT */

/* What conversations do if the library has no TLS. */

#include "check.h"
#include "conversations.h"

void
prepare_tls (struct nbd_handle *h)
{
  set_style (h, SIMPLE);
}

/* The server agrees to an option that the client did not send. */
void
agree_to_tls (struct nbd_handle *h __attribute__ ((unused)))
{
}

bool
tls_is_possible (void)
{
  return false;
}
