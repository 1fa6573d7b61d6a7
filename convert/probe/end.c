/* SPDX-License-Identifier: MIT */
/* Find out whether the end of an image's file is missing.  qemu reads what is
 * behind the end of the file as zeroes, so the disk would seem to be whole. */
#include <config.h>

#include <sys/param.h>

#include "probe/internal.h"

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
probe_look_for_end (struct looking *l)
{
  if (l->failed == NULL && l->r->size != UNKNOWN && l->needed > l->r->size)
    l->refused = probe_is_cut;
}
