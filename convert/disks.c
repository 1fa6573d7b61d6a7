/* SPDX-License-Identifier: MIT */
/* Disks whose partitions can be examined or changed: what is at hand, or the
 * destination. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <unistd.h>

#include "convert.h"
#include "disks.h"

/* ---- a file or device ---- */

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

/* Where holes cannot be punched, zeroes are written. */
static int
file_zero (struct disk *d, uint64_t length, uint64_t offset, char **why)
{
  int fd = ((struct file_disk *) d)->fd;
  static const char zeroes[64 * 1024];

  if (fallocate (fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                 (off_t) offset, (off_t) length)
      == 0)
    return 0;
  for (uint64_t part; length > 0; offset += part, length -= part) {
    part = MIN (length, sizeof zeroes);
    tool_check_signal ();
    if (file_write (d, zeroes, part, offset, why) == -1)
      return -1;
  }
  return 0;
}

/* Where holes are unknown, everything counts as data. */
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

/* The longest request to read or write.  Every server accepts this length. */
#define PIECE (UINT64_C (1) << 20)
/* The longest range of a zero or block status request. */
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

/* Without NBD_CMD_WRITE_ZEROES, zeroes are written as data. */
static int
nbd_clear (struct disk *d, uint64_t length, uint64_t offset, char **why)
{
  static const char zeroes[64 * 1024];
  struct nbd_disk *n = (struct nbd_disk *) d;
  bool can = nbd_can_zero (n->h) == 1;
  uint64_t most = can ? QUESTION : sizeof zeroes;

  for (uint64_t part; length > 0; offset += part, length -= part) {
    part = MIN (length, most);
    if (!can) {
      if (nbd_write (d, zeroes, part, offset, why) == -1)
        return -1;
      continue;
    }
    int64_t cookie = nbd_aio_zero (n->h, part, offset, NBD_NULL_COMPLETION,
                                   0);
    if (nbd_result (n, cookie, "nbd_zero", why) == -1)
      return -1;
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

/* A block status request that fails is no error: the caller reads the data
 * instead. */
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

void
disk_connect (struct nbd_disk *n, const struct tool_endpoint *at)
{
  n->h = tool_create ("partition table", ask_for_holes, NULL);
  if (tool_connect (&n->h, at) == -1)
    tool_nbd_fail (at->name);
  if (nbd_get_size (n->h) == -1)
    tool_nbd_fail (at->name);
  n->d = (struct disk) { .read = nbd_read,
                         .write = nbd_write,
                         .size = nbd_get_size (n->h),
                         .zeroes = nbd_zeroes,
                         .zero = nbd_clear };

  int64_t block = nbd_get_block_size (n->h, LIBNBD_SIZE_MINIMUM);
  blocks_begin (&n->blocks, &n->d, block > 0 ? block : 1);
}

uint64_t
disk_size (const struct tool_endpoint *at)
{
  struct nbd_disk n;

  disk_connect (&n, at);
  uint64_t size = n.d.size;
  tool_close (n.h);
  return size;
}

/* ---- the decoded image ---- */

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

/* ---- the source, over its own connection ---- */

struct input_disk {
  struct disk d;
  struct input *input;
};

static int
input_disk_read (struct disk *d, void *buffer, uint64_t length,
                 uint64_t offset, char **why)
{
  *why = NULL;
  ssize_t n = input_read (((struct input_disk *) d)->input, buffer, length,
                          offset, why);

  return *why ? -1 : file_result (n, length, "read", why);
}

void
with_source_at_hand (struct conversion *v,
                     void (*work) (struct conversion *v, struct disk *d))
{
  struct input *input = v->source.input;

  if (v->hand != HOLDS_SOURCE || input == NULL || v->source.fd != -1) {
    with_disk_at_hand (v, work);
    return;
  }
  struct input_disk i = {
    .d = { .read = input_disk_read, .size = input->size }, .input = input
  };
  work (v, &i.d);
}

/* ---- choosing the disk ---- */

struct file_disk
disk_of_file (int fd, uint64_t size)
{
  return (struct file_disk) {
    .d = { .read = file_read,
           .write = file_write,
           .size = size,
           .zeroes = file_zeroes,
           .zero = file_zero },
    .fd = fd,
  };
}

void
with_disk_at_hand (struct conversion *v,
                   void (*work) (struct conversion *v, struct disk *d))
{
  const struct source *s = &v->source;
  uint64_t size = v->problem.start.size;

  if (v->hand == HOLDS_IMAGE) {
    struct image_disk i = { .d = { .read = image_disk_read,
                                   .size = image_size (v->image) },
                            .image = v->image };
    work (v, &i.d);
  }
  else if (v->hand == HOLDS_FILE) {
    struct file_disk f = disk_of_file (v->scratch_fd, v->copied);
    work (v, &f.d);
  }
  else if (v->hand == HOLDS_SOURCE && s->fd != -1) {
    struct file_disk f = disk_of_file (s->fd, size);
    work (v, &f.d);
  }
  else {
    struct nbd_disk n;
    if (v->hand == HOLDS_SOURCE)
      source_leave (&v->source);
    disk_connect (&n, v->hand == HOLDS_SERVER ? &v->server : &s->at);
    work (v, &n.blocks.disk);
    tool_close (n.h);
  }
}
