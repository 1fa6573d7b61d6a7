/* SPDX-License-Identifier: MIT */

/* Stands in for encrypted.c without GnuTLS, when no test asks for TLS. */

#include <stdlib.h>

#include "parts.h"

void
encryption_start (struct connection *c)
{
  (void) c;
  abort ();
}

bool
decrypt_input (struct connection *c)
{
  (void) c;
  return false;
}

void
encrypt_output (struct connection *c)
{
  (void) c;
}

void
encryption_free (struct connection *c)
{
  (void) c;
}

bool
encrypted_handle (struct nbd_handle *h)
{
  (void) h;
  return false;
}
