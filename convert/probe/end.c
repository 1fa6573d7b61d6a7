/* SPDX-License-Identifier: MIT */
/* Find out whether the end of an image's file is missing.  qemu reads what is
 * behind the end of the file as zeroes, so the disk would seem to be whole. */
#include <config.h>

#include <stdlib.h>
#include <sys/param.h>

#include "probe/internal.h"
#include "tool.h"

#define MOST_ENTRIES (UINT32_C (1) << 24)

void
probe_needs (struct looking *l, uint64_t at, uint64_t length)
{
  uint64_t end = at > UINT64_MAX - length ? UINT64_MAX : at + length;

  if (length > 0)
    l->needed = MAX (l->needed, end);
}

void
probe_needs_cluster (struct looking *l, uint64_t at, uint64_t place,
                     uint64_t length)
{
  if (at != 0 && place < l->p->size)
    probe_needs (l, at, MIN (length, l->p->size - place));
}

void
probe_needs_clusters (struct looking *l, const struct clusters *c)
{
  size_t length = 4 * (size_t) c->count;

  if (l->r->in_order || c->count > MOST_ENTRIES)
    return;
  unsigned char *table = tool_alloc (length + 1);
  probe_needs (l, c->table, length);
  bool there = look_at (l, table, length, c->table);
  for (uint32_t i = 0; there && i < c->count; i++) {
    uint32_t entry = c->number (table + 4 * (size_t) i);
    if (entry < c->marks)
      probe_needs_cluster (l, c->first + entry * c->unit, i * c->size,
                           c->size);
  }
  free (table);
  probe_look_for_end (l);
}

void
probe_look_for_end (struct looking *l)
{
  if (l->failed == NULL && l->r->size != UNKNOWN && l->needed > l->r->size)
    l->refused = probe_is_cut;
}
