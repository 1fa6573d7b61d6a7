/* SPDX-License-Identifier: MIT */
/* Look at each partition, or at the disk itself if there is none. */
#include <config.h>

#include <stdlib.h>

#include "tool.h"
#include "unused/owner.h"

static const struct owner *const owners[] = { &owner_ext, &owner_swap };

struct search {
  struct disk *disk;
  struct unused *unused;
  void (*found) (void *opaque, const struct unused_area *area);
  void *opaque;
};

/* -1 with *WHY if the disk failed. */
static int
look_at (struct search *s, struct area *a, unsigned number, const char *kept,
         char **why)
{
  struct unused_area found = {
    .number = number, .start = a->start, .length = a->length, .why = kept
  };
  struct unused own = { 0 };
  char *odd = NULL;

  for (size_t i = 0; i < sizeof owners / sizeof owners[0] && !found.what;
       i++) {
    found.what = owners[i]->look (a);
    if (found.what != NULL && kept == NULL)
      odd = owners[i]->find (a, &own);
  }
  if (odd != NULL)
    found.why = odd;
  else {
    found.unused = own.bytes;
    for (size_t i = 0; i < own.count; i++)
      unused_add (s->unused, own.ranges[i].start, own.ranges[i].end);
  }
  unused_free (&own);
  if (a->failed == NULL)
    s->found (s->opaque, &found);
  free (odd);
  *why = a->failed;
  return a->failed ? -1 : 0;
}

static int
by_start (const void *a, const void *b)
{
  const struct partition *p = a, *q = b;

  return (p->start > q->start) - (p->start < q->start);
}

/* Two that share sectors cannot both know what is in them. */
static char *
what_is_odd (const struct search *s, const struct partitions *p, size_t i)
{
  const struct partition *one = &p->list[i];

  if (one->start > s->disk->size || one->length > s->disk->size - one->start)
    return tool_format ("it ends behind the disk");
  for (size_t k = 0; k < p->count; k++) {
    const struct partition *other = &p->list[k];
    if (k != i && one->start < other->start + other->length
        && other->start < one->start + one->length)
      return tool_format ("it overlaps partition %u", other->number);
  }
  return NULL;
}

static int
look_at_each (struct search *s, struct partitions *p, char **why)
{
  int r = 0;

  qsort (p->list, p->count, sizeof p->list[0], by_start);
  for (size_t i = 0; i < p->count && r == 0; i++) {
    const struct partition *one = &p->list[i];
    struct area a = { s->disk, one->start, one->length, NULL };
    char *odd = what_is_odd (s, p, i);
    r = look_at (s, &a, one->number, odd, why);
    free (odd);
  }
  return r;
}

int
unused_find (struct disk *d, struct unused *u,
             void (*found) (void *opaque, const struct unused_area *area),
             void *opaque, char **why)
{
  struct search s = { d, u, found, opaque };
  struct area whole = { d, 0, d->size, NULL };
  struct partitions p;

  *u = (struct unused) { 0 };
  if (table_list (d, &p, why) == -1) {
    char *odd = *why;
    int r = look_at (&s, &whole, 0, odd, why);
    free (odd);
    return r;
  }
  int r = p.count > 0 ? look_at_each (&s, &p, why)
                      : look_at (&s, &whole, 0, NULL, why);
  free (p.list);
  return r;
}
