/* SPDX-License-Identifier: MIT */
/* The digest that verification compares: xxHash's 64 bit variant.  It detects
 * errors of storage and networks, but not deliberate forgery. */
#include <config.h>

#include <endian.h>
#include <string.h>

#include "engine/scan.h"

#define P1 UINT64_C (0x9E3779B185EBCA87)
#define P2 UINT64_C (0xC2B2AE3D27D4EB4F)
#define P3 UINT64_C (0x165667B19E3779F9)
#define P4 UINT64_C (0x85EBCA77C2B2AE63)
#define P5 UINT64_C (0x27D4EB2F165667C5)

static inline uint64_t
rotate (uint64_t x, unsigned n)
{
  return x << n | x >> (64 - n);
}

static inline uint64_t
word (const unsigned char *p)
{
  uint64_t w;
  memcpy (&w, p, sizeof w);
  return le64toh (w);
}

static inline uint64_t
take (uint64_t lane, uint64_t w)
{
  return rotate (lane + w * P2, 31) * P1;
}

static inline uint64_t
merge (uint64_t hash, uint64_t lane)
{
  return (hash ^ take (0, lane)) * P1 + P4;
}

static uint64_t
finish (uint64_t hash, const unsigned char *p, size_t n)
{
  for (; n >= 8; p += 8, n -= 8)
    hash = rotate (hash ^ take (0, word (p)), 27) * P1 + P4;
  if (n >= 4) {
    uint32_t w;
    memcpy (&w, p, sizeof w);
    hash = rotate (hash ^ le32toh (w) * P1, 23) * P2 + P3;
    p += 4;
    n -= 4;
  }
  for (; n > 0; p++, n--)
    hash = rotate (hash ^ *p * P5, 11) * P1;
  hash = (hash ^ hash >> 33) * P2;
  hash = (hash ^ hash >> 29) * P3;
  return hash ^ hash >> 32;
}

uint64_t
digest (const void *buffer, size_t length, uint64_t seed)
{
  const unsigned char *p = buffer;
  size_t n = length;
  uint64_t hash = seed + P5;

  if (n >= 32) {
    uint64_t a = seed + P1 + P2, b = seed + P2, c = seed, d = seed - P1;
    for (; n >= 32; p += 32, n -= 32) {
      a = take (a, word (p));
      b = take (b, word (p + 8));
      c = take (c, word (p + 16));
      d = take (d, word (p + 24));
    }
    hash = rotate (a, 1) + rotate (b, 7) + rotate (c, 12) + rotate (d, 18);
    hash = merge (merge (merge (merge (hash, a), b), c), d);
  }
  return finish (hash + length, p, n);
}
