/* SPDX-License-Identifier: MIT */
/* Conversion between wire format and structs in host byte order. */

#include "base/base.h"

#include <errno.h>

uint8_t *
nbdi_encode_request (uint8_t *p, const struct nbdi_request *r, bool extended)
{
  p = nbdi_put32 (p,
                  extended ? NBD_EXTENDED_REQUEST_MAGIC : NBD_REQUEST_MAGIC);
  p = nbdi_put16 (p, r->flags);
  p = nbdi_put16 (p, r->type);
  p = nbdi_put64 (p, r->cookie);
  p = nbdi_put64 (p, r->offset);
  if (extended)
    return nbdi_put64 (p, r->length);
  return nbdi_put32 (p, (uint32_t) r->length);
}

void
nbdi_decode_chunk (const uint8_t *p, struct nbdi_chunk *c, bool extended)
{
  c->flags = nbdi_get16 (p + 4);
  c->type = nbdi_get16 (p + 6);
  c->cookie = nbdi_get64 (p + 8);
  if (extended) {
    c->offset = nbdi_get64 (p + 16);
    c->length = nbdi_get64 (p + 24);
  }
  else {
    c->offset = 0;
    c->length = nbdi_get32 (p + 16);
  }
}

int
nbdi_errno_of_wire (uint32_t error)
{
  switch (error) {
  case NBD_SUCCESS: return 0;
  case NBD_EPERM: return EPERM;
  case NBD_EIO: return EIO;
  case NBD_ENOMEM: return ENOMEM;
  case NBD_ENOSPC: return ENOSPC;
  case NBD_EOVERFLOW: return EOVERFLOW;
  case NBD_ENOTSUP: return ENOTSUP;
  case NBD_ESHUTDOWN: return ESHUTDOWN;
  default: return EINVAL;
  }
}
