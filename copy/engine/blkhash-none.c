/* SPDX-License-Identifier: MIT */
/* Built without GnuTLS, which has the hash functions. */
#include <config.h>

#include "engine/verify.h"

int
blkhash_begin (struct copy *c)
{
  if (c->settings.blkhash == NULL)
    return 0;
  copy_fail (c, "--blkhash: this nbdcopy was built without GnuTLS");
  return -1;
}

uint64_t
blkhash_block_size (const struct copy *c)
{
  (void) c;
  return 1;
}

void
blkhash_data (struct copy *c, const char *buffer, uint64_t position,
              uint64_t length)
{
  (void) c;
  (void) buffer;
  (void) position;
  (void) length;
}

int
blkhash_prepare (struct copy *c)
{
  (void) c;
  return 0;
}

int
blkhash_end (struct copy *c)
{
  (void) c;
  return 0;
}

void
blkhash_free (struct copy *c)
{
  (void) c;
}
