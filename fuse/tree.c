/* SPDX-License-Identifier: MIT */
/* The file tree: one file, or a directory with files, and their attributes. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "disk.h"
#include "file.h"
#include "options.h"
#include "outage.h"
#include "request.h"
#include "status.h"

/* A request for the attributes of a file. */
struct asker {
  fuse_req_t req;
  struct disk *disk;
  bool entry; /* it is a lookup by name */
};

static void
disk_attributes (const struct disk *disk, uint64_t blocks, struct stat *st)
{
  *st = (struct stat) {
    .st_ino = disk->ino,
    .st_mode = S_IFREG | ((disk->read_only ? 0444 : 0666) & ~options.umask),
    .st_nlink = 1,
    .st_uid = options.uid,
    .st_gid = options.gid,
    .st_size = disk->size,
    .st_blocks = blocks,
    .st_blksize = disk->preferred > 4096 ? disk->preferred : 4096,
    .st_atim = disk->modified,
    .st_mtim = disk->modified,
    .st_ctim = disk->modified,
  };
}

static void
directory_attributes (struct stat *st)
{
  static struct timespec started;
  if (started.tv_sec == 0)
    clock_gettime (CLOCK_REALTIME, &started);
  *st = (struct stat) {
    .st_ino = FUSE_ROOT_ID,
    .st_mode = S_IFDIR | (0555 & ~options.umask),
    .st_nlink = 2,
    .st_uid = options.uid,
    .st_gid = options.gid,
    .st_atim = started,
    .st_mtim = started,
    .st_ctim = started,
  };
}

static void
answer (void *opaque, uint64_t blocks)
{
  struct asker *asker = opaque;
  if (asker->entry) {
    struct fuse_entry_param entry = {
      .ino = asker->disk->ino,
      .attr_timeout = options.attr_timeout,
      .entry_timeout = options.entry_timeout,
    };
    disk_attributes (asker->disk, blocks, &entry.attr);
    fuse_reply_entry (asker->req, &entry);
  }
  else {
    struct stat st;
    disk_attributes (asker->disk, blocks, &st);
    fuse_reply_attr (asker->req, &st, options.attr_timeout);
  }
  free (asker);
}

static void
ask (fuse_req_t req, struct disk *disk, bool entry)
{
  struct asker *asker = malloc (sizeof *asker);
  if (asker == NULL) {
    fuse_reply_err (req, ENOMEM);
    return;
  }
  *asker = (struct asker) { .req = req, .disk = disk, .entry = entry };
  blocks_count (disk, answer, asker);
}

static void
tree_getattr (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *file)
{
  (void) file;
  struct disk *disk = disk_find (ino);
  debug ("getattr: path=%s", disk ? disk->name : "/");
  if (disk) {
    ask (req, disk, false);
    return;
  }
  struct stat st;
  directory_attributes (&st);
  fuse_reply_attr (req, &st, options.attr_timeout);
}

/* Set the size to what it is.  False: it is another one, which is refused.
 *
 * Opening with O_TRUNC comes as a change of the size to 0, from the thread that
 * has just opened the file.  It has no effect, as with a block device. */
static bool
set_size (struct disk *disk, uint64_t size, pid_t pid,
          const struct fuse_file_info *file)
{
  struct open_file *open = disk->opened;
  if (size == 0 && file == NULL) {
    if (open && open->pid == pid)
      open->emptied = true;
    return true;
  }
  if (size != disk->size)
    return false;
  open = file ? (struct open_file *) (uintptr_t) file->fh : NULL;
  if (open && open->emptied) {
    open->resized = true;
    open->expected_end = size;
  }
  return true;
}

static void
tree_setattr (fuse_req_t req, fuse_ino_t ino, struct stat *wanted, int set,
              struct fuse_file_info *file)
{
  struct disk *disk = disk_find (ino);
  debug ("setattr: path=%s set=%#x", disk ? disk->name : "/", set);
  if (disk == NULL
      || (set
          & (FUSE_SET_ATTR_MODE | FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID))) {
    fuse_reply_err (req, ENOSYS);
    return;
  }
  if ((set & FUSE_SET_ATTR_SIZE)
      && (disk->read_only
          || !set_size (disk, wanted->st_size, fuse_req_ctx (req)->pid,
                        file))) {
    fuse_reply_err (req, disk->read_only ? EACCES : ENOSYS);
    return;
  }
  if (set & FUSE_SET_ATTR_MTIME_NOW)
    clock_gettime (CLOCK_REALTIME, &disk->modified);
  else if (set & FUSE_SET_ATTR_MTIME)
    disk->modified = wanted->st_mtim;
  ask (req, disk, false);
}

static void
tree_lookup (fuse_req_t req, fuse_ino_t parent, const char *name)
{
  debug ("lookup: path=/%s", name);
  if (parent == FUSE_ROOT_ID && disks[0].ino != FUSE_ROOT_ID)
    for (size_t i = 0; i < nr_disks; i++)
      if (strcmp (disks[i].name, name) == 0) {
        ask (req, &disks[i], true);
        return;
      }
  fuse_reply_err (req, ENOENT);
}

/* The whole directory, made when it is opened. */
struct listing {
  size_t size;
  char data[];
};

static size_t
add_entry (fuse_req_t req, struct listing *listing, size_t room,
           const char *name, fuse_ino_t ino, mode_t mode)
{
  struct stat st = { .st_ino = ino, .st_mode = mode };
  size_t size = fuse_add_direntry (req, NULL, 0, name, NULL, 0);
  if (listing)
    fuse_add_direntry (req, listing->data + listing->size,
                       room - listing->size, name, &st, listing->size + size);
  return size;
}

static struct listing *
make_listing (fuse_req_t req)
{
  struct listing *listing = NULL;
  size_t room = 0;
  /* The first pass computes the size, the second one fills the listing. */
  for (int pass = 0; pass < 2; pass++) {
    if (pass == 1 && (listing = calloc (1, sizeof *listing + room)) == NULL)
      return NULL;
    size_t size = 0;
    for (size_t i = 0; i < nr_disks + 2; i++) {
      const char *name = i == 0 ? "." : i == 1 ? ".." : disks[i - 2].name;
      size += add_entry (req, listing, room, name,
                         i < 2 ? FUSE_ROOT_ID : disks[i - 2].ino,
                         i < 2 ? S_IFDIR : S_IFREG);
      if (listing)
        listing->size = size;
    }
    room = size;
  }
  return listing;
}

static void
tree_opendir (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *file)
{
  (void) ino;
  struct listing *listing = make_listing (req);
  if (listing == NULL) {
    fuse_reply_err (req, ENOMEM);
    return;
  }
  file->fh = (uintptr_t) listing;
  fuse_reply_open (req, file);
}

static void
tree_readdir (fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
              struct fuse_file_info *file)
{
  (void) ino;
  debug ("readdir: path=/");
  const struct listing *listing = (struct listing *) (uintptr_t) file->fh;
  if ((size_t) offset >= listing->size) {
    fuse_reply_buf (req, NULL, 0);
    return;
  }
  size_t rest = listing->size - offset;
  fuse_reply_buf (req, listing->data + offset, rest < size ? rest : size);
}

static void
tree_releasedir (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *file)
{
  (void) ino;
  free ((void *) (uintptr_t) file->fh);
  fuse_reply_err (req, 0);
}

static void
forget_open_file (struct open_file *open)
{
  if (open->disk->opened == open)
    open->disk->opened = NULL;
  free (open);
}

static void
tree_open (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *file)
{
  struct disk *disk = disk_find (ino);
  debug ("open: path=%s flags=%#x", disk ? disk->name : "/", file->flags);
  if (disk == NULL) {
    fuse_reply_err (req, EISDIR);
    return;
  }
  if (disk->read_only && (file->flags & O_ACCMODE) != O_RDONLY) {
    fuse_reply_err (req, EACCES);
    return;
  }
  struct open_file *open = malloc (sizeof *open);
  if (open == NULL) {
    fuse_reply_err (req, ENOMEM);
    return;
  }
  *open = (struct open_file) {
    .disk = disk,
    .errors_seen = disk->errors,
    .pid = fuse_req_ctx (req)->pid,
  };
  disk->opened = open;
  file->fh = (uintptr_t) open;
  /* To empty the page cache the kernel waits for reads in progress, and that
   * wait cannot be interrupted.  So in an outage the cache is kept; the server
   * could not send newer data anyway. */
  file->keep_cache = options.kernel_cache || outage_ms (disk) > 0;
  file->direct_io = options.direct_io;
  /* -ENOENT: the thread that waited for this has ended. */
  if (fuse_reply_open (req, file) == -ENOENT)
    forget_open_file (open);
}

static void
tree_release (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *file)
{
  (void) ino;
  forget_open_file ((struct open_file *) (uintptr_t) file->fh);
  fuse_reply_err (req, 0);
}

/* Report no blocks and no files, so that df does not list the mount: it cannot
 * become full. */
static void
tree_statfs (fuse_req_t req, fuse_ino_t ino)
{
  (void) ino;
  struct statvfs st = {
    .f_bsize = 4096,
    .f_frsize = 4096,
    .f_namemax = 255,
  };
  fuse_reply_statfs (req, &st);
}

const struct fuse_lowlevel_ops tree_operations = {
  .lookup = tree_lookup,
  .getattr = tree_getattr,
  .setattr = tree_setattr,
  .opendir = tree_opendir,
  .readdir = tree_readdir,
  .releasedir = tree_releasedir,
  .open = tree_open,
  .release = tree_release,
  .statfs = tree_statfs,
  .read = file_read,
  .write_buf = file_write,
  .flush = file_flush,
  .fsync = file_fsync,
  .fallocate = file_allocate,
  .lseek = file_seek,
};
