/* SPDX-License-Identifier: MIT */
/* The RAM server's TLS if there is no GnuTLS: none. */

#include "common.h"
#include "ram-server.h"

void
tls_load_keys (const char *file)
{
  die ("--tls-keys %s: built without TLS", file);
}

bool
tls_available (void)
{
  return false;
}

bool
tls_accept (struct connection *c __attribute__ ((unused)))
{
  return false;
}

ssize_t
tls_receive (struct connection *c __attribute__ ((unused)),
             void *buf __attribute__ ((unused)),
             size_t n __attribute__ ((unused)))
{
  return -1;
}

bool
tls_send (struct connection *c __attribute__ ((unused)),
          const struct iovec *iov __attribute__ ((unused)),
          unsigned n __attribute__ ((unused)))
{
  return false;
}

void
tls_end (struct connection *c __attribute__ ((unused)))
{
}
