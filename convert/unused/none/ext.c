/* SPDX-License-Identifier: MIT */
/* Built without libext2fs. */
#include <config.h>

#include "../owner.h"
#include "tool.h"

static const char *
look (struct area *a)
{
  unsigned char magic[2];

  return area_read (a, magic, sizeof magic, 1080) == 0 && magic[0] == 0x53
             && magic[1] == 0xef
           ? "ext"
           : NULL;
}

static char *
find (struct area *a, struct unused *u, struct volumes *volumes)
{
  (void) a;
  (void) u;
  (void) volumes;
  return tool_format ("this nbdconvert was built without libext2fs");
}

const struct owner owner_ext = { look, find };
