/* SPDX-License-Identifier: MIT */
/* All exports of a server, and the names of their files. */
#ifndef FUSE_EXPORTS_H
#define FUSE_EXPORTS_H

#include <libnbd.h>
#include <stddef.h>

struct export_name {
  char *name;                   /* what the server calls it */
  char *file;                   /* what we call it */
};
/* What H says, which is negotiating.  Fails the tool if there are none. */
extern struct export_name *exports_list (struct nbd_handle *h,
                                         const char *server, size_t *count);
/* Choose a name for each file. */
extern void exports_name_files (struct export_name *names, size_t count);

#endif /* FUSE_EXPORTS_H */
