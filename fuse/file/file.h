/* SPDX-License-Identifier: MIT */
/* Operations on the files of a mount. */
#ifndef FUSE_FILE_H
#define FUSE_FILE_H

#include <fuse_lowlevel.h>

/* The operations of open files: read.c, write.c, allocate.c, seek.c. */
extern void file_read (fuse_req_t req, fuse_ino_t ino, size_t count,
                       off_t offset, struct fuse_file_info *file);
extern void file_write (fuse_req_t req, fuse_ino_t ino,
                        struct fuse_bufvec *data, off_t offset,
                        struct fuse_file_info *file);
extern void file_flush (fuse_req_t req, fuse_ino_t ino,
                        struct fuse_file_info *file);
extern void file_fsync (fuse_req_t req, fuse_ino_t ino, int only_data,
                        struct fuse_file_info *file);
extern void file_allocate (fuse_req_t req, fuse_ino_t ino, int mode,
                           off_t offset, off_t length,
                           struct fuse_file_info *file);
extern void file_seek (fuse_req_t req, fuse_ino_t ino, off_t offset,
                       int whence, struct fuse_file_info *file);

/* All operations, see tree.c. */
extern const struct fuse_lowlevel_ops tree_operations;

#endif /* FUSE_FILE_H */
