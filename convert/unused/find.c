/* SPDX-License-Identifier: MIT */
/* Find the unused ranges of each partition; if there are no partitions, of
 * the whole disk. */
#include <config.h>

#include <stdlib.h>

#include "tool.h"
#include "unused/owner.h"

static const struct owner *const owners[] = { &owner_raid, &owner_lvm,
                                              &owner_ext, &owner_swap };

struct search {
  struct disk *disk;
  struct unused *unused;
  void (*found) (void *opaque, const struct unused_area *area);
  void *opaque;
};

/* ---- one area ---- */

/* Find the owner of an area. *WHAT is what the owner calls the area.  An area
 * that looks like several owners' has none, with *ODD, because one of them
 * may be left over from earlier use.  But a RAID member may contain anything,
 * so other owners are not tried then. */
static const struct owner *
find_owner (struct area *a, const char **what, char **odd)
{
  const struct owner *owner = NULL;

  for (size_t i = 0;
       i < sizeof owners / sizeof owners[0] && owner != &owner_raid; i++) {
    const char *found = owners[i]->look (a);
    if (found == NULL)
      continue;
    if (owner != NULL) {
      *odd = tool_format ("it looks like %s as well; wipefs lists both, and "
                          "can remove the one that is old",
                          found);
      return NULL;
    }
    owner = owners[i];
    *what = found;
  }
  return owner;
}

/* Let the owner of the area find unused ranges and volumes, and report the
 * result with FOUND.  Returns -1 with *WHY if the disk cannot be read. */
static int
look_at_area (struct search *s, struct area *a, struct unused_area *found,
              struct unused *own, struct volumes *volumes, char **why)
{
  char *odd = NULL;
  const struct owner *owner = find_owner (a, &found->what, &odd);

  if (owner != NULL && found->why == NULL)
    odd = owner->find (a, own, volumes);
  if (odd != NULL || found->why != NULL)
    unused_free (own);
  if (odd != NULL && found->why == NULL)
    found->why = odd;
  found->unused = own->bytes;
  if (a->failed == NULL)
    s->found (s->opaque, found);
  free (odd);
  *why = a->failed;
  return a->failed ? -1 : 0;
}

/* ---- volumes ---- */

static int
look_at_volume (struct search *s, struct volume *v, unsigned number,
                struct unused *own, char **why)
{
  struct area inside = { &v->disk, 0, v->disk.size, NULL };
  struct unused_area found = { .number = number,
                               .volume = v->name,
                               .length = v->disk.size,
                               .why = v->kept };
  struct unused unused = { 0 };
  struct volumes none = { 0 };

  if (v->kept != NULL) {
    s->found (s->opaque, &found);
    return 0;
  }
  int r = look_at_area (s, &inside, &found, &unused, &none, why);
  volume_add_unused (v, &unused, own);
  unused_free (&unused);
  volumes_free (&none);
  return r;
}

/* ---- a partition ---- */

/* Examine a partition.  Returns -1 with *WHY if the disk cannot be read. */
static int
look_at (struct search *s, struct area *a, unsigned number, const char *kept,
         char **why)
{
  struct unused_area found = {
    .number = number, .start = a->start, .length = a->length, .why = kept
  };
  struct unused own = { 0 };
  struct volumes volumes = { 0 };
  int r = look_at_area (s, a, &found, &own, &volumes, why);

  for (size_t i = 0; i < volumes.count && r == 0; i++)
    r = look_at_volume (s, &volumes.list[i], number, &own, why);
  unused_sort (&own);
  for (size_t i = 0; i < own.count; i++)
    unused_add (s->unused, own.ranges[i].start, own.ranges[i].end);
  unused_free (&own);
  volumes_free (&volumes);
  return r;
}

static int
by_start (const void *a, const void *b)
{
  const struct partition *p = a, *q = b;

  return (p->start > q->start) - (p->start < q->start);
}

/* Partitions that overlap are kept: the owners of both cannot be right. */
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

/* What the whole disk looks like, although it has partitions; NULL: like
 * nothing known.  To be freed. */
static char *
what_is_below (struct search *s, char **why)
{
  struct area whole = { s->disk, 0, s->disk->size, NULL };
  const char *what = NULL;
  char *odd = NULL;

  find_owner (&whole, &what, &odd);
  free (odd);
  *why = whole.failed;
  if (what == NULL)
    return NULL;
  return tool_format ("the whole disk looks like %s, too; wipefs lists what "
                      "it finds, and can remove what is old",
                      what);
}

static int
look_at_each (struct search *s, struct partitions *p, char **why)
{
  char *below = what_is_below (s, why);
  int r = *why != NULL ? -1 : 0;

  qsort (p->list, p->count, sizeof p->list[0], by_start);
  for (size_t i = 0; i < p->count && r == 0; i++) {
    const struct partition *one = &p->list[i];
    struct area a = { s->disk, one->start, one->length, NULL };
    char *odd = what_is_odd (s, p, i);
    r = look_at (s, &a, one->number, odd ? odd : below, why);
    free (odd);
  }
  free (below);
  return r;
}

/* ---- the disk ---- */

/* A disk that remembers why it could not be read, because that is different
 * from a damaged table.  After an error it is not read again. */
struct watched {
  struct disk disk;
  struct disk *of;
  char *failed; /* why, or NULL */
};

static int
watched_read (struct disk *d, void *buffer, uint64_t length, uint64_t offset,
              char **why)
{
  struct watched *w = (struct watched *) d;

  if (w->failed == NULL
      && w->of->read (w->of, buffer, length, offset, &w->failed) == 0)
    return 0;
  *why = tool_format ("%s", w->failed);
  return -1;
}

/* The same as table_list, but *FAILED says why the disk could not be read, or
 * is NULL. */
static int
list_partitions (struct disk *d, struct partitions *p, char **odd,
                 char **failed)
{
  struct watched w = { .disk = { .read = watched_read, .size = d->size },
                       .of = d };
  int r = table_list (&w.disk, p, odd);

  *failed = w.failed;
  return r;
}

/* Examine the whole disk as one area.  If it is ODD, everything is kept. */
static int
look_at_whole (struct search *s, const char *odd, char **why)
{
  struct area whole = { s->disk, 0, s->disk->size, NULL };

  return look_at (s, &whole, 0, odd, why);
}

int
unused_find (struct disk *d, struct unused *u,
             void (*found) (void *opaque, const struct unused_area *area),
             void *opaque, char **why)
{
  struct search s = { d, u, found, opaque };
  struct partitions p = { 0 };
  char *odd = NULL;
  int r = list_partitions (d, &p, &odd, why);

  *u = (struct unused) { 0 };
  if (*why != NULL)
    r = -1;
  else if (r == -1 || p.count == 0)
    r = look_at_whole (&s, odd, why);
  else
    r = look_at_each (&s, &p, why);
  free (odd);
  free (p.list);
  return r;
}
