/* SPDX-License-Identifier: MIT */
/* --sparsify: ranges that no file system uses are not copied. */
#include <config.h>

#include <stdlib.h>

#include "convert.h"
#include "disks.h"
#include "plan/amounts.h"

static char *
name_of_area (const struct unused_area *a)
{
  if (a->number == 0)
    return tool_format ("%s%s", a->volume ? "volume " : "the disk",
                        a->volume ? a->volume : "");
  return tool_format ("partition %u%s%s", a->number,
                      a->volume ? ", volume " : "",
                      a->volume ? a->volume : "");
}

static void
say_area (void *opaque, const struct unused_area *a)
{
  const struct conversion *v = opaque;
  char size[SIZE_WORDS], *name = name_of_area (a);

  if (a->why != NULL)
    say (v, "%s: %s%s%s is copied as it is: %s", v->source.name, name,
         a->what ? ", " : "", a->what ? a->what : "", a->why);
  else if (a->what == NULL)
    say (v,
         "%s: %s is copied as it is: it is neither ext2, ext3, ext4, swap "
         "nor LVM",
         v->source.name, name);
  else
    say (v, "%s: %s, %s: %s unused are left out", v->source.name, name,
         a->what, size_words (size, a->unused));
  free (name);
}

static void
find_unused (struct conversion *v, struct disk *d)
{
  char *why = NULL;

  if (unused_find (d, &v->unused, say_area, v, &why) == -1) {
    tool_check_signal ();
    tool_fail ("%s: %s", v->source.name, why ? why : "unknown error");
  }
}

void
unused_is_dropped (struct conversion *v)
{
  with_disk_at_hand (v, find_unused);
}
