/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

#include <errno.h>
#include <inttypes.h>

/* Read the server's greeting and answer it.  The server sends first, and
 * the second magic number says which handshake it uses. */
GROUP (GREETING)
  WHEN ("while its greeting was awaited")
  SPEC ("Handshake")

/* Receive both magic numbers. */
STATE (START)
  IO (RECV, NBD_GREETING_SIZE)
  GOES_TO (.OLDSTYLE.START, RECV_FLAGS)
{
  const uint8_t *p = nbdi_take (l, NBD_GREETING_SIZE);
  uint64_t magic = nbdi_get64 (p), version = nbdi_get64 (p + 8);

  nbdi_reached (&l->reach);
  l->chunks_received++;
  if (magic != NBD_MAGIC) {
    CLEANUP_TEXT const char *text = nbdi_printable_bytes (p,
                                                          NBD_GREETING_SIZE);
    return FAIL (EPROTO,
                 "greeting: wrong magic, this is not an NBD server: "
                 "it sent %s",
                 text);
  }
  switch (version) {
  case NBD_OLD_VERSION: return NEXT (.OLDSTYLE.START);
  case NBD_NEW_VERSION: return NEXT (RECV_FLAGS);
  default:
    return FAIL (EPROTO,
                 "greeting: wrong version magic 0x%" PRIx64 ", "
                 "neither oldstyle nor newstyle",
                 version);
  }
}

/* Receive the handshake flags, and agree to those that are known. */
STATE (RECV_FLAGS)
  IO (RECV, NBD_HANDSHAKE_FLAGS_SIZE)
  SPEC ("Handshake flags")
  GOES_TO (.NEWSTYLE.START)
{
  uint16_t flags = nbdi_get16 (nbdi_take (l, NBD_HANDSHAKE_FLAGS_SIZE));

  l->agreed.handshake_flags = flags;
  l->agreed.client_flags = s->settings.handshake_flags & flags;
  l->agreed.protocol = l->agreed.client_flags & NBD_FLAG_FIXED_NEWSTYLE
                         ? "newstyle-fixed"
                         : "newstyle";
  if (s->settings.tls == LIBNBD_TLS_REQUIRE
      && !(l->agreed.client_flags & NBD_FLAG_FIXED_NEWSTYLE))
    return FAIL (ENOTSUP,
                 "the server does not know fixed newstyle "
                 "negotiation, which TLS needs, but TLS is required");
  if (nbdi_out_reserve (l, NBD_CLIENT_FLAGS_SIZE) == -1)
    return FAILED;
  nbdi_put32 (l->out.buf + l->out.end, l->agreed.client_flags);
  l->out.end += NBD_CLIENT_FLAGS_SIZE;
  nbdi_plan_connect (l);
  /* The client flags are sent together with the first option. */
  return NEXT (.NEWSTYLE.START);
}
