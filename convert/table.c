/* SPDX-License-Identifier: MIT */
/* The disks that partition tables are on: what was written, or what is about
 * to be cut. */
#include <config.h>

#include <inttypes.h>

#include "convert.h"
#include "disks.h"

/* What is behind the end of a smaller disk was not copied, but the table still
 * tells of it.  Who cuts a disk by force may cut partitions. */
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
}

void
table_of_destination_follows (struct conversion *v)
{
  const struct destination *to = &v->to;

  if (v->writer == NULL && to->fd != -1) {
    struct file_disk file = disk_of_file (to->fd, v->problem.goal.size);
    follow (v, &file.d);
    return;
  }
  struct nbd_disk n;
  disk_connect (&n, v->writer ? &v->writing : &to->at);
  follow (v, &n.blocks.disk);
  if (tool_await (n.h, nbd_aio_flush (n.h, NBD_NULL_COMPLETION, 0),
                  "nbd_flush")
      == -1)
    tool_nbd_fail (to->name);
  tool_close (n.h);
}

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
    tool_fail ("--size: %s has %" PRIu64 " bytes, and what is decoded in "
               "order cannot be looked at first; --force-shrink cuts it "
               "without",
               s->name, size);
  with_disk_at_hand (v, refuse_or_not);
}
