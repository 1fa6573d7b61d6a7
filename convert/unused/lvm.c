/* SPDX-License-Identifier: MIT */
/* Physical volumes of LVM2: extents that belong to no logical volume are
 * unused.
 *
 * The labels, the metadata, and everything outside of the extents are kept.
 * Logical volumes that are simple enough are examined in turn by other
 * owners. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>

#include "tool.h"
#include "unused/lvm.h"

static const char *
look (struct area *a)
{
  return lvm_has_label (a) ? "LVM" : NULL;
}

/* Returns NULL, or why the place of the extents is wrong. */
static char *
extents_are_odd (const struct area *a, const struct lvm_header *h,
                 const struct lvm_group *g)
{
  uint64_t end = g->start + g->extents * g->extent;

  if (g->start != h->data)
    return tool_format ("its extents begin at %" PRIu64 ", but its label "
                        "says %" PRIu64,
                        g->start, h->data);
  if (end > a->length)
    return tool_format ("it ends %" PRIu64 " bytes behind its partition",
                        end - a->length);
  if (g->start < LVM_LABELS)
    return tool_format ("its extents begin within its label");
  for (unsigned i = 0; i < h->count; i++)
    if (h->own[i].start < end
        && (h->own[i].start > g->start
            || h->own[i].length > g->start - h->own[i].start))
      return tool_format ("its extents overlap what it keeps for itself at "
                          "%" PRIu64,
                          h->own[i].start);
  return NULL;
}

static void
add_free_extents (const struct area *a, const struct lvm_group *g,
                  struct unused *u)
{
  uint64_t start = a->start + g->start, at = 0;

  for (size_t i = 0; i < g->nr_pieces; i++) {
    const struct lvm_piece *p = &g->pieces[i];
    unused_add (u, start + at * g->extent, start + p->first * g->extent);
    at = p->first + p->count;
  }
  unused_add (u, start + at * g->extent, start + g->extents * g->extent);
}

/* ---- logical volumes ---- */

/* Returns NULL, or why the content of the volume cannot be examined. */
static char *
volume_is_kept (const struct lvm_volume *v)
{
  if (v->is.at != v->is.end)
    return tool_format ("it is of type %s", lvm_words (v->is).text);
  if (v->is_elsewhere)
    return tool_format ("some of it is on another physical volume");
  if (v->is_used)
    return tool_format ("other volumes are made of it");
  return NULL;
}

static int
by_place (const void *a, const void *b)
{
  const struct lvm_piece *x = a, *y = b;

  if (x->volume != y->volume)
    return x->volume < y->volume ? -1 : 1;
  return (x->at > y->at) - (x->at < y->at);
}

/* Add a volume that consists of these pieces, in the order of the volume.  If
 * there are gaps between them, the volume is kept. */
static void
add_volume (struct area *a, const struct lvm_group *g,
            const struct lvm_volume *v, const struct lvm_piece *pieces,
            size_t count, struct volumes *volumes)
{
  struct lvm_words group = lvm_words (g->name), name = lvm_words (v->name);
  struct volume *new =
    volumes_add (volumes, a, tool_format ("%s/%s", group.text, name.text));
  uint64_t at = 0;

  new->kept = volume_is_kept (v);
  for (size_t i = 0; i < count; i++) {
    if (pieces[i].at != at && new->kept == NULL)
      new->kept = tool_format ("it has gaps, or parts that overlap");
    volume_add_piece (new, g->start + pieces[i].first * g->extent,
                      pieces[i].count * g->extent);
    at += pieces[i].count;
  }
}

static void
add_volumes (struct area *a, struct lvm_group *g, struct volumes *volumes)
{
  size_t from = 0;

  if (g->nr_pieces > 0)
    qsort (g->pieces, g->nr_pieces, sizeof *g->pieces, by_place);
  for (size_t i = 0; i < g->nr_volumes; i++) {
    size_t to = from;
    while (to < g->nr_pieces && g->pieces[to].volume == i)
      to++;
    if (g->volumes[i].is_visible)
      add_volume (a, g, &g->volumes[i], g->pieces + from, to - from, volumes);
    from = to;
  }
}

/* ---- the whole physical volume ---- */

static char *
find (struct area *a, struct unused *u, struct volumes *volumes)
{
  struct lvm_header header;
  struct lvm_text text = { NULL, NULL };
  struct lvm_group group = { 0 };
  char *odd = lvm_read_header (a, &header);

  if (odd == NULL)
    odd = lvm_read_text (a, &header, &text);
  if (odd == NULL)
    odd = lvm_read_group (text, header.id, &group);
  if (odd == NULL)
    odd = extents_are_odd (a, &header, &group);
  if (odd == NULL) {
    add_free_extents (a, &group, u);
    add_volumes (a, &group, volumes);
  }
  lvm_group_free (&group);
  free ((char *) text.at);
  return odd;
}

const struct owner owner_lvm = { look, find };
