/* SPDX-License-Identifier: MIT */

/* Random numbers that depend on nothing but a seed (SplitMix64). */

#ifndef OUTAGES_RANDOM_H
#define OUTAGES_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
  uint64_t state;
};

static inline uint64_t
random_word (struct random *r)
{
  uint64_t z = r->state += UINT64_C (0x9e3779b97f4a7c15);

  z = (z ^ z >> 30) * UINT64_C (0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C (0x94d049bb133111eb);
  return z ^ z >> 31;
}

/* Independent random numbers for each part of a run. */
static inline struct random
random_of (uint64_t seed, uint64_t part)
{
  struct random r = { seed * 64 + part };

  r.state = random_word (&r);
  return r;
}

/* A number from 0 to limit - 1. */
static inline uint64_t
random_below (struct random *r, uint64_t limit)
{
  return (random_word (r) >> 16) % limit;
}

static inline bool
random_one_in (struct random *r, unsigned n)
{
  return random_below (r, n) == 0;
}

#endif /* OUTAGES_RANDOM_H */
