/* SPDX-License-Identifier: MIT */
/* Segments of logical volumes.  They consist of extents of physical volumes,
 * of other volumes, or of nothing. */
#include <config.h>

#include <string.h>

#include "tool.h"
#include "unused/lvm-internal.h"

static const char striped[] = "striped";

static char *
damaged (const struct lvm_volume *v)
{
  return tool_format ("volume %s has a damaged segment",
                      lvm_words (v->name).text);
}

static void
add_piece (struct lvm_group *g, struct lvm_piece piece)
{
  g->pieces = unused_grown (g->pieces, g->nr_pieces, sizeof *g->pieces);
  g->pieces[g->nr_pieces++] = piece;
}

/* Read a list of physical volumes, each with the extent where its part
 * begins. */
static char *
read_stripes (struct lvm_reading *r, struct lvm_volume *v,
              struct lvm_text body, struct lvm_piece whole)
{
  struct lvm_item item;
  struct lvm_text name, value;
  uint64_t stripes, found = 0;

  if (!lvm_number (body, "stripe_count", &stripes) || stripes == 0
      || whole.count % stripes != 0)
    return damaged (v);
  if (stripes > 1)
    v->is = (struct lvm_text) { striped, striped + sizeof striped - 1 };
  whole.count /= stripes;
  while (lvm_next (&body, &item))
    while (lvm_is (item.name, "stripes")
           && lvm_next_value (&item.body, &name)) {
      if (!lvm_next_value (&item.body, &value)
          || !lvm_to_number (value, &whole.first) || ++found > stripes)
        return damaged (v);
      if (lvm_same (name, r->own))
        add_piece (r->group, whole);
      else if (lvm_has_name (&r->physical, name))
        v->is_elsewhere = true;
      else
        return tool_format (
          "volume %s has a part on %s, which is no physical "
          "volume",
          lvm_words (v->name).text, lvm_words (name).text);
    }
  if (found != stripes)
    return damaged (v);
  return NULL;
}

/* Types of segments that consist of other volumes, or of nothing. */
static bool
is_known_type (struct lvm_text type)
{
  static const char *const known[] = {
    "mirror", "snapshot",   "thin-pool", "thin",  "cache-pool",
    "cache",  "writecache", "vdo-pool",  "vdo",   "integrity",
    "error",  "zero",       "raid0",     "raid1", "raid0_meta",
    "raid4",  "raid5",      "raid6",     "raid10"
  };

  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (lvm_is (type, known[i]))
      return true;
  /* These have suffixes for the layout of data and parity. */
  static const char *const prefixes[] = { "raid5_", "raid6_", "raid10_" };
  for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
    size_t length = strlen (prefixes[i]);
    if ((size_t) (type.end - type.at) > length
        && memcmp (type.at, prefixes[i], length) == 0)
      return true;
  }
  return false;
}

static char *
read_others (struct lvm_reading *r, struct lvm_volume *v,
             struct lvm_text body, struct lvm_text type)
{
  struct lvm_item item;
  struct lvm_text name;

  v->is = type;
  if (!is_known_type (type))
    return tool_format ("volume %s is of type %s, which is not known",
                        lvm_words (v->name).text, lvm_words (type).text);
  while (lvm_next (&body, &item)) {
    if (item.is_section)
      return tool_format ("volume %s has %s, which is not known",
                          lvm_words (v->name).text,
                          lvm_words (item.name).text);
    while (lvm_next_value (&item.body, &name)) {
      if (lvm_has_name (&r->physical, name))
        return tool_format (
          "volume %s has a part on physical volume %s in an "
          "unknown way",
          lvm_words (v->name).text, lvm_words (name).text);
      lvm_add_name (&r->named, name);
    }
  }
  return NULL;
}

char *
lvm_read_segment (struct lvm_reading *r, struct lvm_volume *v,
                  struct lvm_text body)
{
  struct lvm_piece whole = { .volume = v - r->group->volumes };
  struct lvm_text type;

  if (!lvm_number (body, "start_extent", &whole.at)
      || !lvm_number (body, "extent_count", &whole.count) || whole.count == 0
      || !lvm_value (body, "type", &type))
    return damaged (v);
  if (lvm_is (type, striped))
    return read_stripes (r, v, body, whole);
  return read_others (r, v, body, type);
}
