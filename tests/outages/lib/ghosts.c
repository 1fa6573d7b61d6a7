/* SPDX-License-Identifier: MIT */

/* Commands of connections that are gone.  The brittle server carries them out
 * later, when a client may not expect them. */

#include <string.h>

#include "base/protocol.h"
#include "parts.h"

/* Carry out a command, sometimes only its first part. */
static void
carry_out (struct brittle *b, struct change c, const uint8_t *data)
{
  uint64_t blocks = c.length / BLOCK_SIZE;

  if (random_one_in (&b->random, 8))
    c.length = (1 + random_below (&b->random, blocks)) * BLOCK_SIZE;
  disk_change (&b->disk, &c, data, &b->random);
}

static bool
changes (const struct change *c)
{
  return c->type == NBD_CMD_WRITE || c->type == NBD_CMD_WRITE_ZEROES
         || c->type == NBD_CMD_TRIM;
}

void
leave_ghost (struct life *s, const struct request *r, int64_t deadline)
{
  struct brittle *b = s->b;
  uint64_t fate = random_below (&b->random, 4);

  if (!changes (&r->change) || r->change.offset >= DISK_BYTES || r->done
      || fate == 0)
    return;
  if (fate == 1) {
    carry_out (b, r->change, r->data);
    return;
  }
  struct ghost *g = b->ghosts;

  while (g < b->ghosts + MOST_GHOSTS && g->used)
    g++;
  if (g == b->ghosts + MOST_GHOSTS)
    return;
  b->counters.ghosts++;
  g->used = true;
  g->steps =
    1 + random_below (&b->random, random_one_in (&b->random, 2) ? 8 : 60);
  g->deadline = deadline;
  g->change = r->change;
  if (r->data)
    memcpy (g->data, r->data, r->change.length);
  brittle_say (b, "%u: ghost of %#lx %lu+%lu, %u steps", r->change.connection,
               (unsigned long) r->cookie,
               (unsigned long) r->change.offset / BLOCK_SIZE,
               (unsigned long) r->change.length / BLOCK_SIZE, g->steps);
}

void
leave_ghosts (struct life *s, struct connection *c, int64_t deadline)
{
  while (c->requests != NULL) {
    struct request *r = c->requests;

    c->requests = r->next;
    leave_ghost (s, r, deadline);
    free_request (r);
  }
}

void
age_ghosts (struct brittle *b)
{
  for (struct ghost *g = b->ghosts; g < b->ghosts + MOST_GHOSTS; g++)
    if (g->used && g->steps > 0)
      g->steps--;
}

void
lay_ghosts (struct brittle *b)
{
  for (struct ghost *g = b->ghosts; g < b->ghosts + MOST_GHOSTS; g++)
    g->used = false;
}

int64_t
next_ghost (struct brittle *b)
{
  int64_t first = -1;

  for (struct ghost *g = b->ghosts; g < b->ghosts + MOST_GHOSTS; g++)
    if (g->used && (first == -1 || g->deadline < first))
      first = g->deadline;
  if (first == -1)
    return -1;
  int64_t left = first - brittle_now ();

  return left > 0 ? left : 0;
}

/* Carry out the ghosts whose steps are over or whose deadline has come. */
void
haunt (struct life *s)
{
  struct brittle *b = s->b;

  for (struct ghost *g = b->ghosts; g < b->ghosts + MOST_GHOSTS; g++) {
    if (!g->used)
      continue;
    if (g->steps > 0 && brittle_now () < g->deadline)
      continue;
    g->used = false;
    carry_out (b, g->change, g->data);
    b->counters.ghosts_landed++;
    brittle_say (b, "%u: ghost landed at %lu+%lu", g->change.connection,
                 (unsigned long) g->change.offset / BLOCK_SIZE,
                 (unsigned long) g->change.length / BLOCK_SIZE);
  }
}
