/* SPDX-License-Identifier: MIT */
/* Print how a partition grows, as part of a plan. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>

#include "plan/amounts.h"
#include "plan.h"
#include "tool.h"

/* ---- --plan ---- */

static void
print_move (const struct growth *g, const struct growth_move *m)
{
  char size[SIZE_WORDS], shift[SIZE_WORDS];

  size_words (size, m->length);
  size_words (shift, g->shift);
  printf ("Partition %u (%s) moves by %s: %s\n", m->number, size, shift,
          m->swap_page > 0 ? "swap, which is made anew there"
                           : "it is copied");
}

void
growth_print (const struct problem *p)
{
  const struct growth *g = p->growth;
  char old[SIZE_WORDS], new[SIZE_WORDS];

  if (!p->goal.expands)
    return;
  if (g == NULL) {
    printf ("Whether the partition can grow, and what has to move for that, "
            "is found\nout when the disk is there.\n");
    return;
  }
  char *name = g->name[0] ? tool_quoted (g->name) : tool_format ("%s", "");
  printf ("Partition %u%s%s: %s becomes %s%s%s\n", g->number,
          name[0] ? " " : "", name, size_words (old, g->before.length),
          size_words (new, g->after.length),
          g->fs.name ? ", with its file system: " : "",
          g->fs.name ? g->fs.name : "");
  free (name);
  for (size_t i = 0; i < g->nr_moves; i++)
    print_move (g, &g->moves[i]);
}

/* ---- --plan=json ----
 *
 * An object with these members:
 *
 *   partition, name           number and name of the growing partition; the
 *                             name is empty in an MBR
 *   start, old-size, size     in bytes
 *   file-system               what grows in the partition, or null
 *   moves                     a list of objects, in the order of the moves:
 *                             partition, its number; from, to, size, in bytes;
 *                             remade, true if it is swap */

void
growth_print_json (const struct problem *p, const char *indent)
{
  const struct growth *g = p->growth;

  if (g == NULL) {
    printf ("null");
    return;
  }
  char *name = tool_quoted (g->name);
  printf ("{ \"partition\": %u, \"name\": %s, \"start\": %" PRIu64
          ", \"old-size\": %" PRIu64 ", \"size\": %" PRIu64
          ", \"file-system\": %s%s%s, \"moves\": [",
          g->number, name, g->before.start, g->before.length, g->after.length,
          g->fs.name ? "\"" : "", g->fs.name ? g->fs.name : "null",
          g->fs.name ? "\"" : "");
  free (name);
  for (size_t i = 0; i < g->nr_moves; i++) {
    const struct growth_move *m = &g->moves[i];
    printf ("%s\n%s  { \"partition\": %u, \"from\": %" PRIu64
            ", \"to\": %" PRIu64 ", \"size\": %" PRIu64 ", \"remade\": %s }",
            i > 0 ? "," : "", indent, m->number, m->from, m->to, m->length,
            m->swap_page > 0 ? "true" : "false");
  }
  printf ("] }");
}
