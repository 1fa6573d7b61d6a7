/* SPDX-License-Identifier: MIT */
/* A FUSE file system with one file that is answered from memory.
 *
 * usage: memory-fs MOUNTPOINT SIZE
 *
 * It is the bound for bench/fuse: the cost of the kernel and libfuse for a
 * program that does nothing else.  All reads return the same bytes, and
 * written data is dropped.  It ends when it is unmounted. */
#define FUSE_USE_VERSION 312

#include <errno.h>
#include <fuse_lowlevel.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REQUEST_SIZE (1 << 20)
/* The size of a write's header, which is put before a page, so that the
 * payload begins on the page. */
#define HEADER 80
#define PAGE 4096

static uint64_t size;
static char data[REQUEST_SIZE] __attribute__ ((aligned (PAGE)));
static char request[PAGE + REQUEST_SIZE] __attribute__ ((aligned (PAGE)));

static void
attributes (fuse_ino_t ino, struct stat *st)
{
  *st = (struct stat) {
    .st_ino = ino,
    .st_mode = S_IFREG | 0666,
    .st_nlink = 1,
    .st_size = size,
  };
  if (ino == FUSE_ROOT_ID)
    st->st_mode = S_IFDIR | 0755;
}

static void
answer_lookup (fuse_req_t req, fuse_ino_t parent, const char *name)
{
  struct fuse_entry_param entry = {
    .ino = FUSE_ROOT_ID + 1,
    .attr_timeout = 1,
    .entry_timeout = 1,
  };
  if (parent != FUSE_ROOT_ID || strcmp (name, "nbd") != 0) {
    fuse_reply_err (req, ENOENT);
    return;
  }
  attributes (entry.ino, &entry.attr);
  fuse_reply_entry (req, &entry);
}

static void
answer_getattr (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *file)
{
  (void) file;
  struct stat st;
  attributes (ino, &st);
  fuse_reply_attr (req, &st, 1);
}

static void
answer_open (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *file)
{
  (void) ino;
  fuse_reply_open (req, file);
}

static void
answer_read (fuse_req_t req, fuse_ino_t ino, size_t count, off_t offset,
             struct fuse_file_info *file)
{
  (void) ino;
  (void) file;
  uint64_t rest = (uint64_t) offset < size ? size - offset : 0;
  fuse_reply_buf (req, data, count < rest ? count : rest);
}

static void
answer_write (fuse_req_t req, fuse_ino_t ino, struct fuse_bufvec *written,
              off_t offset, struct fuse_file_info *file)
{
  (void) ino;
  (void) offset;
  (void) file;
  fuse_reply_write (req, fuse_buf_size (written));
}

static void
answer_fsync (fuse_req_t req, fuse_ino_t ino, int only_data,
              struct fuse_file_info *file)
{
  (void) ino;
  (void) only_data;
  (void) file;
  fuse_reply_err (req, 0);
}

static void
answer_init (void *opaque, struct fuse_conn_info *connection)
{
  (void) opaque;
  connection->want &= ~(FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE
                        | FUSE_CAP_SPLICE_MOVE | FUSE_CAP_AUTO_INVAL_DATA);
  connection->max_read = REQUEST_SIZE;
  connection->max_write = REQUEST_SIZE;
  connection->max_background = 256;
  connection->congestion_threshold = 192;
}

static const struct fuse_lowlevel_ops operations = {
  .init = answer_init,
  .lookup = answer_lookup,
  .getattr = answer_getattr,
  .open = answer_open,
  .read = answer_read,
  .write_buf = answer_write,
  .fsync = answer_fsync,
};

int
main (int argc, char **argv)
{
  if (argc != 3) {
    fprintf (stderr, "usage: %s MOUNTPOINT SIZE\n", argv[0]);
    return EXIT_FAILURE;
  }
  size = strtoull (argv[2], NULL, 10);
  memset (data, 'x', sizeof data);
  char max_read[32];
  snprintf (max_read, sizeof max_read, "-omax_read=%d", REQUEST_SIZE);
  char *words[] = { argv[0], max_read, NULL };
  struct fuse_args args = FUSE_ARGS_INIT (2, words);
  struct fuse_session *session = fuse_session_new (&args, &operations,
                                                   sizeof operations, NULL);
  if (session == NULL || fuse_session_mount (session, argv[1]) == -1)
    return EXIT_FAILURE;

  ssize_t count;
  char *start = request + PAGE - HEADER;
  while ((count = read (fuse_session_fd (session), start,
                        HEADER + REQUEST_SIZE))
           != -1
         || errno != ENODEV)
    if (count > 0) {
      struct fuse_buf buffer = { .mem = start, .size = count };
      fuse_session_process_buf (session, &buffer);
    }
  fuse_session_destroy (session);
  return EXIT_SUCCESS;
}
