/* SPDX-License-Identifier: MIT */
/* Linux swap.  Only its header, which mkswap(8) wrote, is kept: the rest
 * means nothing without the running machine.  A machine that has hibernated
 * has its memory there, and another signature in place of the usual one. */
#include <config.h>

#include <string.h>

#include "disk/table.h"
#include "tool.h"
#include "unused/owner.h"

#define SIGNATURE_AT_END 10u /* the last bytes of the first page */
#define VERSION_AT 1024u     /* the number of the last page follows */
#define LARGEST_PAGE 65536u

enum state { NO_SWAP, SWAP, OLD_SWAP, HIBERNATED };

/* The signatures of swap; of hibernation by old and new kernels; by uswsusp;
 * and by TuxOnIce. */
static const struct signature {
  const char *text;
  size_t length;
  enum state state;
} signatures[] = {
  { "SWAPSPACE2", 10, SWAP },
  { "SWAP-SPACE", 10, OLD_SWAP },
  { "S1SUSPEND", 9, HIBERNATED },
  { "S2SUSPEND", 9, HIBERNATED },
  { "ULSUSPEND", 9, HIBERNATED },
  { "LINHIB0001", 10, HIBERNATED },
  { "\xed\xc3\x02\xe9\x98\x56\xe5\x0c", 8, HIBERNATED },
};

static enum state
state_with (struct area *a, uint32_t page)
{
  char text[SIGNATURE_AT_END];

  if (area_read (a, text, sizeof text, page - SIGNATURE_AT_END) == -1)
    return NO_SWAP;
  for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++)
    if (memcmp (text, signatures[i].text, signatures[i].length) == 0)
      return signatures[i].state;
  return NO_SWAP;
}

/* Find the state, and the page size of the machine that made the swap.  If
 * there are several signatures, hibernation wins, because then data has to be
 * kept. */
static enum state
state_of (struct area *a, uint32_t *page)
{
  enum state state = NO_SWAP;

  for (uint32_t size = 4096; size <= LARGEST_PAGE; size *= 2) {
    enum state found = state_with (a, size);
    if (found > state) {
      state = found;
      *page = size;
    }
  }
  return state;
}

uint32_t
swap_page_size (struct area *a)
{
  uint32_t page;

  return state_of (a, &page) == SWAP ? page : 0;
}

static const char *
look (struct area *a)
{
  uint32_t page;

  return state_of (a, &page) != NO_SWAP ? "swap" : NULL;
}

static char *
find (struct area *a, struct unused *u, struct volumes *volumes)
{
  unsigned char header[8];
  uint32_t page = 0;
  enum state state = state_of (a, &page);

  (void) volumes;
  if (state == HIBERNATED)
    return tool_format ("a machine has hibernated into it");
  if (state == OLD_SWAP)
    return tool_format ("its version is 0 instead of 1");
  if (state != SWAP || area_read (a, header, sizeof header, VERSION_AT) == -1)
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
