/* SPDX-License-Identifier: MIT */
/* Ranges of the export.  Those within one granule are in lists, by the hash
 * of the granule; those that cross a border between granules are in a tree. */

#include "session/unsettled.h"

#define BLOCK (NBDI_GRANULE / 64)
#define FEWEST_LISTS_LOG 8

/* When to make more lists, and when to have fewer: the number of ranges per
 * list, and the number of lists per range. */
#define FULL 1
#define EMPTY 16

/* What is searched, and how far the search is. */
struct search {
  const struct nbdi_ranges *ranges;
  uint64_t first, last; /* bytes */
  bool all;             /* look at all lists: they are fewer than granules */
  uint64_t at, end;     /* numbers of granules, or of lists if `all` */
};

static uint64_t
granule_of (uint64_t offset)
{
  return offset / NBDI_GRANULE;
}

static struct nbdi_granule *
list_of (const struct nbdi_ranges *ranges, uint64_t granule)
{
  uint64_t hash = granule * UINT64_C (0x9e3779b97f4a7c15);

  return &ranges->lists[hash >> (64 - ranges->log)];
}

/* The blocks of a granule that have a byte from first to last. */
static uint64_t
blocks_of (uint64_t granule, uint64_t first, uint64_t last)
{
  unsigned from = 0, to = 63;

  if (granule == granule_of (first))
    from = first / BLOCK % 64;
  if (granule == granule_of (last))
    to = last / BLOCK % 64;
  return UINT64_MAX >> (63 - (to - from)) << from;
}

static void
add_to_list (struct nbdi_ranges *ranges, struct nbdi_range *r)
{
  uint64_t granule = granule_of (r->offset);
  struct nbdi_granule *list = list_of (ranges, granule);

  r->priority = 0;
  r->prev = NULL;
  r->next = list->first;
  if (r->next != NULL)
    r->next->prev = r;
  list->first = r;
  list->blocks |= blocks_of (granule, r->offset,
                             nbdi_last_byte (r->offset, r->count));
}

static size_t
nr_lists (const struct nbdi_ranges *ranges)
{
  return ranges->lists ? (size_t) 1 << ranges->log : 0;
}

/* Change the number of lists.  Without memory the present ones stay. */
static void
change_lists (struct nbdi_ranges *ranges, unsigned log)
{
  struct nbdi_ranges other = { .log = log };

  other.lists = calloc ((size_t) 1 << log, sizeof *other.lists);
  if (other.lists == NULL)
    return;
  for (size_t i = 0; i < nr_lists (ranges); i++)
    for (struct nbdi_range *r = ranges->lists[i].first, *next; r; r = next) {
      next = r->next;
      add_to_list (&other, r);
    }
  free (ranges->lists);
  ranges->lists = other.lists;
  ranges->log = log;
}

void
nbdi_reserve_ranges (struct nbdi_ranges *ranges)
{
  size_t nr = nr_lists (ranges);

  if (unlikely (ranges->listed >= FULL * nr))
    change_lists (ranges, nr ? ranges->log + 2 : FEWEST_LISTS_LOG);
}

void
nbdi_fit_ranges (struct nbdi_ranges *ranges, size_t nr)
{
  unsigned log = ranges->log;

  while (log > FEWEST_LISTS_LOG && EMPTY * nr < (size_t) 1 << log)
    log--;
  if (ranges->lists != NULL && log < ranges->log)
    change_lists (ranges, log);
}

void
nbdi_add_range (struct nbdi_ranges *ranges, struct nbdi_range *r)
{
  if (r->count == 0)
    return;
  if (ranges->lists == NULL
      || granule_of (r->offset)
           != granule_of (nbdi_last_byte (r->offset, r->count))) {
    nbdi_add_to_tree (ranges, r);
    return;
  }
  add_to_list (ranges, r);
  ranges->listed++;
}

void
nbdi_remove_range (struct nbdi_ranges *ranges, struct nbdi_range *r)
{
  if (r->count == 0)
    return;
  if (r->priority != 0) {
    nbdi_remove_from_tree (ranges, r);
    return;
  }
  ranges->listed--;
  if (r->next != NULL)
    r->next->prev = r->prev;
  if (r->prev != NULL) {
    r->prev->next = r->next;
    return;
  }
  struct nbdi_granule *list = list_of (ranges, granule_of (r->offset));
  list->first = r->next;
  if (r->next == NULL)
    list->blocks = 0;
}

void
nbdi_remove_all_ranges (struct nbdi_ranges *ranges)
{
  ranges->root = NULL;
  if (ranges->listed > 0)
    memset (ranges->lists, 0, sizeof *ranges->lists << ranges->log);
  ranges->listed = 0;
}

/* Free the lists of an empty set. */
void
nbdi_trim_ranges (struct nbdi_ranges *ranges)
{
  free (ranges->lists);
  ranges->lists = NULL;
}

/* The first range of a list, from here on, that overlaps.  Ranges of other
 * granules with the same hash are skipped: they are found when their own
 * granule is searched. */
static struct nbdi_range *
find_in_list (const struct search *s, struct nbdi_range *r)
{
  for (; r != NULL; r = r->next)
    if ((s->all || granule_of (r->offset) == s->at) && r->offset <= s->last
        && nbdi_last_byte (r->offset, r->count) >= s->first)
      return r;
  return NULL;
}

/* Search this list and the following ones. */
static struct nbdi_range *
find_in_lists (struct search *s)
{
  const struct nbdi_granule *list;
  struct nbdi_range *r = NULL;

  for (; r == NULL && s->at <= s->end; s->at++) {
    list = s->all ? &s->ranges->lists[s->at] : list_of (s->ranges, s->at);
    if (s->all || (list->blocks & blocks_of (s->at, s->first, s->last)) != 0)
      r = find_in_list (s, list->first);
  }
  return r;
}

/* Whether it is quick to see that no list has an overlap.  False for a
 * search in several granules. */
static bool
are_clear (const struct nbdi_ranges *ranges, uint64_t first, uint64_t last)
{
  uint64_t granule = granule_of (first);

  return granule == granule_of (last)
         && (list_of (ranges, granule)->blocks
             & blocks_of (granule, first, last))
              == 0;
}

static struct search
search_lists (const struct nbdi_ranges *ranges, uint64_t offset,
              uint64_t count)
{
  struct search s = {
    .ranges = ranges,
    .first = offset,
    .last = nbdi_last_byte (offset, count),
  };
  uint64_t lists = UINT64_C (1) << ranges->log;

  s.at = granule_of (s.first);
  s.end = granule_of (s.last);
  if (s.end - s.at >= lists) {
    s.all = true;
    s.at = 0;
    s.end = lists - 1;
  }
  return s;
}

struct nbdi_range *
nbdi_first_overlap (const struct nbdi_ranges *ranges, uint64_t offset,
                    uint64_t count)
{
  uint64_t last = nbdi_last_byte (offset, count);
  struct nbdi_range *r = NULL;

  if (count == 0)
    return NULL;
  if (ranges->listed > 0 && !are_clear (ranges, offset, last)) {
    struct search s = search_lists (ranges, offset, count);
    r = find_in_lists (&s);
  }
  if (r == NULL && ranges->root != NULL)
    r = nbdi_first_in_tree (ranges, offset, last);
  return r;
}

/* The next one that overlaps, after one that does. */
struct nbdi_range *
nbdi_next_overlap (const struct nbdi_ranges *ranges, struct nbdi_range *r,
                   uint64_t offset, uint64_t count)
{
  uint64_t last = nbdi_last_byte (offset, count);

  if (r->priority != 0)
    return nbdi_next_in_tree (r, offset, last);

  struct search s = search_lists (ranges, offset, count);
  s.at = granule_of (r->offset);
  if (s.all)
    s.at = (uint64_t) (list_of (ranges, s.at) - ranges->lists);
  r = find_in_list (&s, r->next);
  s.at++;
  if (r == NULL)
    r = find_in_lists (&s);
  return r != NULL ? r : nbdi_first_in_tree (ranges, offset, last);
}
