/* SPDX-License-Identifier: MIT */
/* What the metadata says of a volume group, as far as it concerns one
 * physical volume.
 *
 * The metadata may contain unknown things only where LVM itself calls them
 * compatible.  An extent is only trusted to be free if the use of all other
 * extents is understood. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "tool.h"
#include "unused/lvm-internal.h"

#define SECTOR 512u

/* ---- physical volumes ---- */

/* Compare an ID.  In metadata it is divided by hyphens. */
static bool
is_id (struct lvm_text text, const char id[LVM_ID])
{
  unsigned n = 0;

  for (; text.at < text.end; text.at++)
    if (*text.at != '-' && (n == LVM_ID || *text.at != id[n++]))
      return false;
  return n == LVM_ID;
}

static char *
read_place (struct lvm_group *g, struct lvm_text body)
{
  uint64_t start;

  if (!lvm_number (body, "pe_start", &start)
      || !lvm_number (body, "pe_count", &g->extents)
      || __builtin_mul_overflow (start, SECTOR, &g->start)
      || g->extents > UINT64_MAX / g->extent
      || g->extents * g->extent > UINT64_MAX - g->start)
    return tool_format ("its metadata do not say where its extents are");
  return NULL;
}

static char *
read_physical (struct lvm_reading *r, struct lvm_text rest,
               const char id[LVM_ID])
{
  struct lvm_text value;
  struct lvm_item item;
  char *odd = NULL;
  unsigned found = 0;

  while (odd == NULL && lvm_next (&rest, &item)) {
    if (!item.is_section || !lvm_value (item.body, "id", &value))
      return tool_format ("its metadata list a physical volume without id");
    lvm_add_name (&r->physical, item.name);
    odd = lvm_status_of_physical (item.name, item.body);
    if (odd == NULL && is_id (value, id)) {
      found++;
      r->own = item.name;
      odd = read_place (r->group, item.body);
    }
  }
  lvm_sort_names (&r->physical);
  if (odd == NULL && found != 1)
    odd = tool_format ("its metadata list it %u times", found);
  return odd;
}

static char *
read_volume (struct lvm_reading *r, struct lvm_volume *v,
             struct lvm_text body)
{
  struct lvm_text rest = body;
  struct lvm_item item;
  char *odd = lvm_status_of_volume (v->name, body);
  uint64_t said, found = 0;

  v->is_visible = lvm_has_status (body, "VISIBLE");
  while (odd == NULL && lvm_next (&rest, &item))
    if (item.is_section) {
      if (item.name.end - item.name.at < 7
          || strncmp (item.name.at, "segment", 7) != 0)
        return tool_format ("volume %s has %s, which is not known",
                            lvm_words (v->name).text,
                            lvm_words (item.name).text);
      found++;
      odd = lvm_read_segment (r, v, item.body);
    }
  if (odd == NULL
      && (!lvm_number (body, "segment_count", &said) || said != found))
    odd =
      tool_format ("volume %s has another number of segments than it says",
                   lvm_words (v->name).text);
  return odd;
}

/* ---- all volumes ---- */

static int
by_first (const void *a, const void *b)
{
  const struct lvm_piece *x = a, *y = b;

  return (x->first > y->first) - (x->first < y->first);
}

/* Check that the pieces are within the physical volume and do not overlap. */
static char *
pieces_are_odd (const struct lvm_group *g)
{
  uint64_t end = 0;

  for (size_t i = 0; i < g->nr_pieces; i++) {
    const struct lvm_piece *p = &g->pieces[i];
    struct lvm_text name = g->volumes[p->volume].name;
    if (p->first < end)
      return tool_format ("volume %s has extents that another has, too",
                          lvm_words (name).text);
    if (p->first > g->extents || p->count > g->extents - p->first)
      return tool_format ("volume %s has extents that are not there",
                          lvm_words (name).text);
    end = p->first + p->count;
  }
  return NULL;
}

/* Mark the volumes that other volumes consist of. */
static void
mark_used (struct lvm_reading *r)
{
  lvm_sort_names (&r->named);
  for (size_t i = 0; i < r->group->nr_volumes; i++) {
    struct lvm_volume *v = &r->group->volumes[i];
    v->is_used = lvm_has_name (&r->named, v->name);
  }
}

static char *
read_volumes (struct lvm_reading *r, struct lvm_text rest)
{
  struct lvm_group *g = r->group;
  struct lvm_item item;
  char *odd = NULL;

  while (odd == NULL && lvm_next (&rest, &item)) {
    if (!item.is_section)
      return tool_format ("its metadata cannot be understood");
    g->volumes = unused_grown (g->volumes, g->nr_volumes, sizeof *g->volumes);
    struct lvm_volume *v = &g->volumes[g->nr_volumes++];
    *v = (struct lvm_volume) { .name = item.name };
    odd = read_volume (r, v, item.body);
  }
  if (odd != NULL)
    return odd;
  if (g->nr_pieces > 0)
    qsort (g->pieces, g->nr_pieces, sizeof *g->pieces, by_first);
  mark_used (r);
  return pieces_are_odd (g);
}

/* ---- the group ---- */

/* Find the only section of the text: the group. */
static char *
find_group (struct lvm_text text, struct lvm_item *group)
{
  struct lvm_item item;
  uint64_t version;
  struct lvm_text contents;
  unsigned count = 0;

  for (struct lvm_text rest = text; lvm_next (&rest, &item);)
    if (item.is_section && ++count == 1)
      *group = item;
  if (count != 1 || !lvm_value (text, "contents", &contents)
      || !lvm_is (contents, "Text Format Volume Group")
      || !lvm_number (text, "version", &version) || version != 1)
    return tool_format ("its metadata are of a kind that is not known");
  return NULL;
}

/* Returns NULL, or why the group could change while it is copied or has
 * unknown parts. */
static char *
group_is_odd (struct lvm_item *group)
{
  struct lvm_text rest = group->body, value;
  struct lvm_item item;

  if (!lvm_value (group->body, "format", &value) || !lvm_is (value, "lvm2"))
    return tool_format ("its volume group is not of format lvm2");
  if (lvm_value (group->body, "lock_type", &value) && !lvm_is (value, "none"))
    return tool_format ("%s may be in use by other machines (%s)",
                        lvm_words (group->name).text, lvm_words (value).text);
  while (lvm_next (&rest, &item))
    if (item.is_section && !lvm_is (item.name, "physical_volumes")
        && !lvm_is (item.name, "logical_volumes")
        && !lvm_is (item.name, "historical_logical_volumes"))
      return tool_format ("%s has %s, which is not known",
                          lvm_words (group->name).text,
                          lvm_words (item.name).text);
  return lvm_status_of_group (group->name, group->body);
}

static char *
read_sections (struct lvm_reading *r, struct lvm_text body,
               const char id[LVM_ID])
{
  struct lvm_text physical, volumes = { body.end, body.end };
  struct lvm_item item;
  uint64_t extent;

  if (!lvm_section (body, "physical_volumes", &physical)
      || !lvm_number (body, "extent_size", &extent) || extent == 0
      || __builtin_mul_overflow (extent, SECTOR, &r->group->extent))
    return tool_format ("its metadata do not say where its extents are");
  char *odd = read_physical (r, physical, id);
  if (odd != NULL)
    return odd;
  for (struct lvm_text rest = body; lvm_next (&rest, &item);)
    if (lvm_is (item.name, "logical_volumes")
        && !lvm_section (body, "logical_volumes", &volumes))
      return tool_format ("its metadata list the volumes twice");
  return read_volumes (r, volumes);
}

char *
lvm_read_group (struct lvm_text text, const char id[LVM_ID],
                struct lvm_group *g)
{
  struct lvm_reading r = { .group = g };
  struct lvm_item group;

  *g = (struct lvm_group) { 0 };
  if (!lvm_text_is_right (text))
    return tool_format ("its metadata cannot be understood");
  char *odd = find_group (text, &group);
  if (odd == NULL)
    odd = group_is_odd (&group);
  if (odd == NULL) {
    g->name = group.name;
    odd = read_sections (&r, group.body, id);
  }
  free (r.physical.list);
  free (r.named.list);
  return odd;
}

void
lvm_group_free (struct lvm_group *g)
{
  free (g->volumes);
  free (g->pieces);
  *g = (struct lvm_group) { 0 };
}
