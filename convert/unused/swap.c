/* SPDX-License-Identifier: MIT */
/* Linux swap: all but its header, which mkswap(8) wrote, means something only
 * to the machine that runs.  One that has a hibernated machine in it has
 * another signature, so it is none of these. */
#include <config.h>

#include <string.h>

#include "disk/table.h"
#include "tool.h"
#include "unused/owner.h"

#define SIGNATURE "SWAPSPACE2"
#define SIGNATURE_LENGTH 10u
#define VERSION_AT 1024u /* where it is; behind it is the last page */
#define LARGEST_PAGE 65536u

uint32_t
swap_page_size (struct area *a)
{
  char text[SIGNATURE_LENGTH];

  for (uint32_t page = 4096; page <= LARGEST_PAGE; page *= 2)
    if (area_read (a, text, sizeof text, page - SIGNATURE_LENGTH) == 0
        && memcmp (text, SIGNATURE, SIGNATURE_LENGTH) == 0)
      return page;
  return 0;
}

static const char *
look (struct area *a)
{
  return swap_page_size (a) > 0 ? "swap" : NULL;
}

static char *
find (struct area *a, struct unused *u)
{
  uint64_t page = swap_page_size (a);
  unsigned char header[8];

  if (area_read (a, header, sizeof header, VERSION_AT) == -1)
    return tool_format ("its header cannot be read");
  uint32_t version = get32 (header);
  if (version != 1)
    return tool_format ("its version is %u instead of 1", version);
  uint64_t end = ((uint64_t) get32 (header + 4) + 1) * page;
  if (end > a->length)
    return tool_format ("it ends %llu bytes behind its partition",
                        (unsigned long long) (end - a->length));
  unused_add (u, a->start + page, a->start + end);
  return NULL;
}

const struct owner owner_swap = { look, find };
