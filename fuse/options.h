/* SPDX-License-Identifier: MIT */
/* The options of the command line. */
#ifndef FUSE_OPTIONS_H
#define FUSE_OPTIONS_H

#include <fuse_lowlevel.h>
#include <stdbool.h>
#include <stdint.h>

#include "tool.h"

struct options {
  bool read_only;
  bool verbose;
  bool exports; /* mount all exports, in a directory */
  const char *pidfile;
  struct fuse_args fuse; /* for libfuse */
  unsigned uid, gid, umask;
  int kernel_cache, direct_io, read_only_mount;
  double attr_timeout, entry_timeout;
  /* These are made from the argument, see mountpoint.c. */
  char *mountpoint;
  char *filename; /* in the directory; NULL: the mount point is the file */
};
extern struct options options;

/* Take the command line, or fail.  Returns the word for the mount point. */
extern const char *options_take (int argc, char **argv,
                                 struct tool_endpoint *endpoint);
/* Add an option, as -o does. */
extern void options_add (const char *option);

/* Print on standard error, if --verbose was given. */
extern void debug (const char *format, ...)
  __attribute__ ((format (printf, 1, 2)));

#endif /* FUSE_OPTIONS_H */
