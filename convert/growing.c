/* SPDX-License-Identifier: MIT */
/* --expand: how a partition of the converted disk grows. */
#include <config.h>

#include <fcntl.h>
#include <unistd.h>

#include "convert.h"
#include "disks.h"
#include "plan/amounts.h"

/* ---- what is wanted ---- */

/* The size of a device or an export.  It cannot be changed, so it is the new
 * size of the disk if --size is not given. */
static uint64_t
size_of_destination (struct conversion *v)
{
  const struct destination *to = &v->to;

  if (to->place == AT_NBD)
    return disk_size (&to->at);
  int fd = open (to->name, O_RDONLY | O_CLOEXEC);
  off_t size = fd == -1 ? -1 : lseek (fd, 0, SEEK_END);
  if (size == -1)
    tool_fail ("%s: its size cannot be found out: %m", to->name);
  close (fd);
  return size;
}

void
growth_is_wanted (struct conversion *v)
{
  const struct destination *to = &v->to;
  struct options *o = v->o;

  if (o->grow.partition == NULL)
    return;
  if (to->place == AT_STREAM)
    tool_fail ("--expand: what was written to standard output cannot be "
               "changed any more, so no partition can grow in it; name a "
               "file");
  if (o->size == UNKNOWN && (to->place == AT_FILE || to->format != RAW))
    tool_fail ("--expand: %s would be as large as the source, so there is no "
               "space to grow; set the size of the disk with --size",
               to->name);
  if (o->size == UNKNOWN)
    o->size = size_of_destination (v);

  bool served = to->format != RAW || to->place == AT_NBD;
  char *why = NULL;
  if (o->grow.file_system && file_system_can_grow (served, &why) == -1)
    tool_fail ("--resize-fs: %s", why);
}

/* ---- what can be done ---- */

void
growth_of_disk (struct conversion *v, struct disk *d)
{
  struct goal *g = &v->problem.goal;
  char *why = NULL;

  if (growth_plan (d, d->size, g->size, &v->o->grow, &v->growth, &why)
      == -1) {
    tool_check_signal ();
    tool_fail ("--expand: %s: %s", v->source.name,
               why ? why : "unknown error");
  }
  v->growth_is_known = true;
  v->problem.growth = &v->growth;
  g->grows = v->growth.after.length - v->growth.before.length;
  /* If only the partition moves and no data, still its table entry is
   * written. */
  g->moves = v->growth.shift > 0 ? growth_copied (&v->growth) + 512 : 0;
}

void
growth_of_what_is_at_hand (struct conversion *v)
{
  with_source_at_hand (v, growth_of_disk);
}

/* ---- the file system ---- */

void
file_system_of_destination_grows (struct conversion *v)
{
  const struct destination *to = &v->to;
  uint64_t start = v->growth.after.start, length = v->growth.after.length;
  char *why = NULL;
  int r;

  if (v->writer != NULL)
    r = file_system_grow_served (&v->writing, start, length, &why);
  else if (to->place == AT_NBD)
    r = file_system_grow_served (&to->at, start, length, &why);
  else
    r = file_system_grow (to->fd, start, length, &why);
  if (r == 0) {
    char size[SIZE_WORDS];
    say (v, "%s: %s in partition %u was grown to %s", to->name,
         v->growth.fs.name, v->growth.number, size_words (size, length));
    return;
  }
  tool_check_signal ();
  tool_fail ("%s: the file system in partition %u could not be grown: %s",
             to->name, v->growth.number, why ? why : "unknown error");
}
