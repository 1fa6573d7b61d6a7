/* SPDX-License-Identifier: MIT */
/* Make Linux swap anew at another place, as mkswap(8) does.  Its content is
 * not copied: the machine is not running, so its pages mean nothing. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>

#include "grow/layout.h"
#include "unused/owner.h"

/* Offset of the header.  The bytes before it are left for boot loaders. */
#define HEADER 1024u
#define FORM 0u
#define LAST_PAGE 4u
#define BAD_PAGES 8u
#define HEADER_LENGTH 512u
#define SIGNATURE "SWAPSPACE2"
#define SIGNATURE_LENGTH 10u

/* If anything is unusual, it is treated as data. */
int
swap_look (struct disk *d, uint64_t start, uint64_t length, uint32_t *page,
           char **why)
{
  struct area a = { d, start, length, NULL };
  unsigned char header[HEADER_LENGTH];
  uint32_t size = swap_page_size (&a);

  *page = 0;
  if (size > 0 && area_read (&a, header, sizeof header, HEADER) == 0
      && get32 (header + FORM) == 1 && get32 (header + BAD_PAGES) == 0
      && ((uint64_t) get32 (header + LAST_PAGE) + 1) * size <= length)
    *page = size;
  *why = a.failed;
  return a.failed ? -1 : 0;
}

int
swap_remake (struct disk *d, const unsigned char *header, uint32_t page,
             uint64_t to, char **why)
{
  unsigned char *first = calloc (1, page);

  if (first == NULL)
    return table_fault (why, "no memory for %" PRIu32 " bytes", page);
  memcpy (first + HEADER, header + HEADER, HEADER_LENGTH);
  memcpy (first + page - SIGNATURE_LENGTH, SIGNATURE, SIGNATURE_LENGTH);
  int r = d->write (d, first, page, to, why);

  free (first);
  return r;
}
