/* SPDX-License-Identifier: MIT */
/* Built without GnuTLS. */
#include <config.h>

#include "source/checksum.h"
#include "tool.h"

void
checksum_take (struct checksum_wish *wish, const char *text)
{
  (void) wish;
  (void) text;
  tool_fail ("--checksum: nbdconvert was built without GnuTLS, which "
             "computes checksums");
}

struct checksum *
checksum_begin (const struct checksum_wish *wish, struct input *in,
                char **why)
{
  (void) wish;
  (void) in;
  (void) why;
  return NULL;
}

struct input *
checksum_input (struct checksum *c)
{
  (void) c;
  return NULL;
}

int
checksum_end (struct checksum *c, char **why)
{
  (void) c;
  (void) why;
  return -1;
}

void
checksum_free (struct checksum *c)
{
  (void) c;
}
