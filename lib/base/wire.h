/* SPDX-License-Identifier: MIT */
/* Conversion between wire format and structs in host byte order.  wire.c
 * and the accessors here are the only places that deal with byte order. */

#ifndef NBDI_WIRE_H
#define NBDI_WIRE_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t
nbdi_get16 (const uint8_t *p)
{
  uint16_t v;
  memcpy (&v, p, sizeof v);
  return be16toh (v);
}

static inline uint32_t
nbdi_get32 (const uint8_t *p)
{
  uint32_t v;
  memcpy (&v, p, sizeof v);
  return be32toh (v);
}

static inline uint64_t
nbdi_get64 (const uint8_t *p)
{
  uint64_t v;
  memcpy (&v, p, sizeof v);
  return be64toh (v);
}

static inline uint8_t *
nbdi_put16 (uint8_t *p, uint16_t v)
{
  v = htobe16 (v);
  memcpy (p, &v, sizeof v);
  return p + sizeof v;
}

static inline uint8_t *
nbdi_put32 (uint8_t *p, uint32_t v)
{
  v = htobe32 (v);
  memcpy (p, &v, sizeof v);
  return p + sizeof v;
}

static inline uint8_t *
nbdi_put64 (uint8_t *p, uint64_t v)
{
  v = htobe64 (v);
  memcpy (p, &v, sizeof v);
  return p + sizeof v;
}

/* One request header.  `length` is the length of the payload if `flags` say
 * so, otherwise the length of the range that the command acts on. */
struct nbdi_request {
  uint16_t flags;
  uint16_t type;
  uint64_t cookie;
  uint64_t offset;
  uint64_t length;
};

/* Write a compact or extended request header, and return its end. */
extern uint8_t *nbdi_encode_request (uint8_t *p, const struct nbdi_request *r,
                                     bool extended);

/* The head of one structured or extended reply chunk. */
struct nbdi_chunk {
  uint16_t flags;
  uint16_t type;
  uint64_t cookie;
  uint64_t offset; /* extended headers only */
  uint64_t length; /* of the payload */
};

extern void nbdi_decode_chunk (const uint8_t *p, struct nbdi_chunk *c,
                               bool extended);

/* The errno that an error number on the wire stands for; any value that
 * the protocol does not define counts as EINVAL. */
extern int nbdi_errno_of_wire (uint32_t error);

#endif /* NBDI_WIRE_H */
