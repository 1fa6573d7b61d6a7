/* SPDX-License-Identifier: MIT */
/* Changes to the partition table of the destination, and the check before a
 * disk is made smaller. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>

#include "convert.h"
#include "disks.h"

/* The data behind the end of a smaller disk was not copied, but the table
 * still describes it.  With --force-shrink that may cut partitions, so the
 * table is left as it is and this is no error. */
static void
follow (struct conversion *v, struct disk *d)
{
  uint64_t known = v->problem.start.size;
  uint64_t size = known != UNKNOWN && known > v->copied ? known : v->copied;
  char *why = NULL;

  if (table_follow (d, size, &why) == 0)
    return;
  if (v->o->force_shrink && d->size < size)
    say (v, "%s: its partition table was left as it is: %s", v->to.name, why);
  else
    tool_fail ("%s: the partition table could not be made to fit the new "
               "size: %s",
               v->to.name, why ? why : "unknown error");
  free (why);
}

static void
with_destination (struct conversion *v,
                  void (*work) (struct conversion *v, struct disk *d))
{
  const struct destination *to = &v->to;

  if (v->writer == NULL && to->fd != -1) {
    struct file_disk file = disk_of_file (to->fd, v->problem.goal.size);
    work (v, &file.d);
    return;
  }
  struct nbd_disk n;
  /* A server that accepts one client at a time answers us when the other
   * connections are closed. */
  if (v->writer == NULL)
    tool_close_others (v->source.handle);
  disk_connect (&n, v->writer ? &v->writing : &to->at);
  work (v, &n.blocks.disk);
  if (tool_await (n.h, nbd_aio_flush (n.h, NBD_NULL_COMPLETION, 0),
                  "nbd_flush")
      == -1)
    tool_nbd_fail (to->name);
  tool_close (n.h);
}

void
table_of_destination_follows (struct conversion *v)
{
  with_destination (v, follow);
}

/* ---- a partition grows ---- */

typedef int change (struct disk *d, const struct growth *g, char **why);

/* A disk that came in order could not be examined before. */
static void
change_partitions (struct conversion *v, struct disk *d, change *work)
{
  char *why = NULL;

  if (!v->growth_is_known)
    growth_of_disk (v, d);
  if (work (d, &v->growth, &why) == 0)
    return;
  tool_check_signal ();
  tool_fail ("%s: partition %u could not be grown: %s", v->to.name,
             v->growth.number, why ? why : "unknown error");
}

static void
move (struct conversion *v, struct disk *d)
{
  change_partitions (v, d, growth_move);
}

static void
expand (struct conversion *v, struct disk *d)
{
  change_partitions (v, d, growth_apply);
}

void
partitions_of_destination_move (struct conversion *v)
{
  with_destination (v, move);
}

void
partition_of_destination_expands (struct conversion *v)
{
  with_destination (v, expand);
}

/* ---- cutting ---- */

static void
refuse_or_not (struct conversion *v, struct disk *d)
{
  char *why = NULL;
  int r = table_may_shrink (d, v->problem.goal.size, &why);

  if (r == -1)
    tool_fail ("%s: %s", v->source.name, why);
  if (r == 0)
    tool_fail ("--size: %s does not fit into %" PRIu64 " bytes: %s; "
               "--force-shrink cuts it nevertheless",
               v->source.name, v->problem.goal.size, why);
}

void
table_allows_shrinking (struct conversion *v)
{
  const struct source *s = &v->source;
  uint64_t size = v->problem.start.size;

  if (v->hand == HOLDS_IMAGE && image_is_in_order (v->image))
    tool_fail ("--size: %s has %" PRIu64 " bytes and is decoded in order, "
               "so it cannot be checked first that its end is unused; "
               "--force-shrink cuts it without this check",
               s->name, size);
  with_disk_at_hand (v, refuse_or_not);
}
