/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

#include <errno.h>
#include <inttypes.h>

/* The handshake of servers without options: they send size and flags, and
 * transmission begins. */
GROUP (OLDSTYLE)
  WHEN ("in the middle of its greeting")
  SPEC ("Oldstyle negotiation")

/* Receive size, flags and padding. */
STATE (START)
  IO (RECV, NBD_OLDSTYLE_REST_SIZE)
  GOES_TO (.PROMISE)
{
  const uint8_t *p = nbdi_take (l, NBD_OLDSTYLE_REST_SIZE);
  uint64_t size = nbdi_get64 (p);
  uint16_t handshake_flags = nbdi_get16 (p + 8);

  l->agreed.protocol = "oldstyle";
  if (s->settings.tls == LIBNBD_TLS_REQUIRE)
    return FAIL (ENOTSUP, "the server is oldstyle, which cannot use TLS, "
                          "but TLS is required");
  l->agreed.handshake_flags = handshake_flags;
  if (handshake_flags != 0)
    return FAIL (EPROTO,
                 "oldstyle handshake: handshake flags are 0x%x, "
                 "must be 0",
                 handshake_flags);
  if (nbdi_take_export (l, size, nbdi_get16 (p + 10)) == -1)
    return FAILED;
  l->told->contexts_valid = true; /* there are none */
  return NEXT (.PROMISE);
}
