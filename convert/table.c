/* SPDX-License-Identifier: MIT */
/* The disks that partition tables are on: what was written, or what is about
 * to be cut. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "convert.h"
#include "disk/blocks.h"

/* ---- a file or device ---- */

struct file_disk {
  struct disk d;
  int fd;
};

static int
file_result (ssize_t n, uint64_t length, const char *what, char **why)
{
  if (n >= 0 && (uint64_t) n == length)
    return 0;
  *why = tool_format ("%s: %s", what,
                      n == -1 ? strerror (errno) : "it is too short");
  return -1;
}

static int
file_read (struct disk *d, void *buffer, uint64_t length, uint64_t offset,
           char **why)
{
  int fd = ((struct file_disk *) d)->fd;

  return file_result (pread (fd, buffer, length, offset), length, "read",
                      why);
}

static int
file_write (struct disk *d, const void *buffer, uint64_t length,
            uint64_t offset, char **why)
{
  int fd = ((struct file_disk *) d)->fd;

  return file_result (pwrite (fd, buffer, length, offset), length, "write",
                      why);
}

/* Where holes are not known all is data. */
static uint64_t
file_zeroes (struct disk *d, uint64_t offset)
{
  int fd = ((struct file_disk *) d)->fd;
  off_t data = lseek (fd, offset, SEEK_DATA);

  if (data == -1)
    return errno == ENXIO ? d->size - offset : 0;
  return data - offset;
}

/* ---- an NBD server ---- */

struct nbd_disk {
  struct disk d;
  struct nbd_handle *h;
  struct block_disk blocks; /* it, for whoever does not know its blocks */
};

/* Requests end at what every server takes. */
#define PIECE (UINT64_C (1) << 20)
/* So much is asked about at once, which every server can answer. */
#define QUESTION (UINT64_C (1) << 30)

static int
nbd_result (struct nbd_disk *n, int64_t cookie, const char *call, char **why)
{
  if (tool_await (n->h, cookie, call) == 0)
    return 0;
  *why = tool_format ("%s", tool_nbd_error ());
  return -1;
}

static int
nbd_read (struct disk *d, void *buffer, uint64_t length, uint64_t offset,
          char **why)
{
  struct nbd_disk *n = (struct nbd_disk *) d;

  for (uint64_t done = 0; done < length;) {
    uint64_t part = length - done < PIECE ? length - done : PIECE;
    int64_t cookie = nbd_aio_pread (n->h, (char *) buffer + done, part,
                                    offset + done, NBD_NULL_COMPLETION, 0);
    if (nbd_result (n, cookie, "nbd_pread", why) == -1)
      return -1;
    done += part;
  }
  return 0;
}

static int
nbd_write (struct disk *d, const void *buffer, uint64_t length,
           uint64_t offset, char **why)
{
  struct nbd_disk *n = (struct nbd_disk *) d;

  for (uint64_t done = 0; done < length;) {
    uint64_t part = length - done < PIECE ? length - done : PIECE;
    int64_t cookie = nbd_aio_pwrite (n->h, (const char *) buffer + done, part,
                                     offset + done, NBD_NULL_COMPLETION, 0);
    if (nbd_result (n, cookie, "nbd_pwrite", why) == -1)
      return -1;
    done += part;
  }
  return 0;
}

static int
take_first (void *opaque, const char *context, uint64_t offset,
            nbd_extent *extents, size_t count, int *error)
{
  uint64_t *known = opaque;

  (void) context;
  (void) offset;
  (void) error;
  if (count > 0 && (extents[0].flags & LIBNBD_STATE_ZERO))
    *known = extents[0].length;
  return 0;
}

/* A question that fails is no error, as reading gives the same answer. */
static uint64_t
nbd_zeroes (struct disk *d, uint64_t offset)
{
  struct nbd_disk *n = (struct nbd_disk *) d;
  uint64_t left = d->size - offset, known = 0;

  if (nbd_can_meta_context (n->h, LIBNBD_CONTEXT_BASE_ALLOCATION) != 1)
    return 0;
  int64_t cookie = nbd_aio_block_status_64 (
    n->h, left < QUESTION ? left : QUESTION, offset,
    (nbd_extent64_callback) { .callback = take_first, .user_data = &known },
    NBD_NULL_COMPLETION, 0);
  return tool_await (n->h, cookie, "nbd_block_status") == 0 ? known : 0;
}

static int
ask_for_holes (struct nbd_handle *h, const void *opaque)
{
  (void) opaque;
  return nbd_add_meta_context (h, LIBNBD_CONTEXT_BASE_ALLOCATION);
}

static void
connect_disk (struct nbd_disk *n, const struct tool_endpoint *at)
{
  n->h = tool_create ("partition table", ask_for_holes, NULL);
  if (tool_connect (&n->h, at) == -1)
    tool_nbd_fail (at->name);
  n->d = (struct disk) { .read = nbd_read,
                         .write = nbd_write,
                         .size = nbd_get_size (n->h),
                         .zeroes = nbd_zeroes };

  int64_t block = nbd_get_block_size (n->h, LIBNBD_SIZE_MINIMUM);
  blocks_begin (&n->blocks, &n->d, block > 0 ? block : 1);
}

/* ---- what is decoded ---- */

struct image_disk {
  struct disk d;
  struct image *image;
};

static int
image_disk_read (struct disk *d, void *buffer, uint64_t length,
                 uint64_t offset, char **why)
{
  return image_pread (((struct image_disk *) d)->image, buffer, length,
                      offset, why);
}

/* ---- uses ---- */

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
    struct file_disk file = {
      .d = { .read = file_read,
             .write = file_write,
             .size = v->problem.goal.size },
      .fd = to->fd,
    };
    follow (v, &file.d);
    return;
  }
  struct nbd_disk n;
  connect_disk (&n, v->writer ? &v->writing : &to->at);
  follow (v, &n.blocks.disk);
  if (tool_await (n.h, nbd_aio_flush (n.h, NBD_NULL_COMPLETION, 0),
                  "nbd_flush")
      == -1)
    tool_nbd_fail (to->name);
  tool_close (n.h);
}

static void
refuse_or_not (const struct conversion *v, struct disk *d)
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
  if (v->hand == HOLDS_IMAGE) {
    struct image_disk i = { .d = { .read = image_disk_read, .size = size },
                            .image = v->image };
    refuse_or_not (v, &i.d);
  }
  else if (v->hand == HOLDS_FILE
           || (v->hand == HOLDS_SOURCE && s->fd != -1)) {
    struct file_disk f = {
      .d = { .read = file_read, .size = size, .zeroes = file_zeroes },
      .fd = v->hand == HOLDS_FILE ? v->scratch_fd : s->fd
    };
    refuse_or_not (v, &f.d);
  }
  else {
    struct nbd_disk n;
    source_leave (&v->source);
    connect_disk (&n, v->hand == HOLDS_SERVER ? &v->server : &s->at);
    refuse_or_not (v, &n.blocks.disk);
    tool_close (n.h);
  }
}
