/* SPDX-License-Identifier: MIT */
/* Volumes: disks that consist of pieces of an area. */
#include <config.h>

#include <stdlib.h>
#include <sys/param.h>

#include "tool.h"
#include "unused/owner.h"

/* The piece that contains this byte of the volume. */
static const struct volume_piece *
piece_at (const struct volume *v, uint64_t at)
{
  size_t low = 0, high = v->count;

  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    if (v->pieces[middle].at <= at)
      low = middle;
    else
      high = middle;
  }
  return &v->pieces[low];
}

static int
volume_read (struct disk *d, void *buffer, uint64_t length, uint64_t offset,
             char **why)
{
  const struct volume *v = (const struct volume *) d;
  struct disk *under = v->under->disk;

  for (unsigned char *to = buffer; length > 0;) {
    const struct volume_piece *p = piece_at (v, offset);
    uint64_t within = offset - p->at, n = MIN (length, p->length - within);
    if (under->read (under, to, n, v->under->start + p->start + within, why)
        == -1)
      return -1;
    to += n;
    offset += n;
    length -= n;
  }
  return 0;
}

struct volume *
volumes_add (struct volumes *v, const struct area *under, char *name)
{
  v->list = unused_grown (v->list, v->count, sizeof *v->list);
  struct volume *new = &v->list[v->count++];

  *new = (struct volume) { .disk.read = volume_read,
                           .under = under,
                           .name = name };
  return new;
}

void
volume_add_piece (struct volume *v, uint64_t start, uint64_t length)
{
  v->pieces = unused_grown (v->pieces, v->count, sizeof *v->pieces);
  v->pieces[v->count++] = (struct volume_piece) { v->disk.size, start,
                                                  length };
  v->disk.size += length;
}

void
volume_add_unused (const struct volume *v, const struct unused *inside,
                   struct unused *u)
{
  for (size_t i = 0; i < inside->count; i++) {
    uint64_t at = inside->ranges[i].start, end = inside->ranges[i].end;
    while (at < end) {
      const struct volume_piece *p = piece_at (v, at);
      uint64_t within = at - p->at, n = MIN (end - at, p->length - within);
      uint64_t start = v->under->start + p->start + within;
      unused_add (u, start, start + n);
      at += n;
    }
  }
}

void
volumes_free (struct volumes *v)
{
  for (size_t i = 0; i < v->count; i++) {
    free (v->list[i].name);
    free (v->list[i].kept);
    free (v->list[i].pieces);
  }
  free (v->list);
}
