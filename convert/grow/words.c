/* SPDX-License-Identifier: MIT */
/* How messages name partitions. */
#include <config.h>

#include <stdlib.h>

#include "grow/layout.h"
#include "plan/amounts.h"
#include "tool.h"

#define MOST_LISTED 20u

/* Words such as: 3 "data" (2.0G).  The name may have been chosen by somebody
 * malicious, so it is quoted like text from servers. */
static char *
short_words (const struct part *p)
{
  char size[SIZE_WORDS];

  size_words (size, p->length);
  if (p->name[0] == '\0')
    return tool_format ("%u (%s)", p->number, size);
  char *name = tool_quoted (p->name);
  char *words = tool_format ("%u %s (%s)", p->number, name, size);
  free (name);
  return words;
}

char *
part_words (const struct part *p)
{
  char *one = short_words (p);
  char *words = tool_format ("%spartition %s",
                             p->is_extended ? "the extended " : "", one);

  free (one);
  return words;
}

char *
layout_words (const struct layout *l)
{
  char *all = tool_format ("there are no partitions");
  size_t listed = 0;

  for (size_t i = 0; i < l->count && listed < MOST_LISTED; i++) {
    if (l->parts[i].is_extended)
      continue;
    char *one = short_words (&l->parts[i]);
    char *more = listed == 0 ? tool_format ("there are: %s", one)
                             : tool_format ("%s, %s", all, one);
    listed++;
    free (one);
    free (all);
    all = more;
  }
  if (listed < MOST_LISTED)
    return all;
  char *more = tool_format ("%s, and more", all);
  free (all);
  return more;
}
