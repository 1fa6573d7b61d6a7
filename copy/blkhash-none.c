/* SPDX-License-Identifier: MIT */
/* Built without GnuTLS, which has the hash functions. */
#include <config.h>

#include "copy.h"

void
blkhash_begin (struct copy *c)
{
  if (c->o.blkhash)
    tool_fail ("--blkhash: this nbdcopy was built without GnuTLS");
}

uint64_t
blkhash_block_size (void)
{
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
blkhash_end (struct copy *c)
{
  (void) c;
  return 0;
}
