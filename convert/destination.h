/* SPDX-License-Identifier: MIT */
/* Where the result goes.
 *
 * A file gets its name only when it is whole and durable; before that it has
 * another one beside it, and if anything goes wrong it is gone, unless it is
 * to be resumed.  What had the name before is replaced then, not before, by a
 * file of the same owner and permissions.  Devices, servers and standard
 * output are written in place. */
#ifndef CONVERT_DESTINATION_H
#define CONVERT_DESTINATION_H

#include <sys/stat.h>

#include "engine/endpoint.h"
#include "options.h"
#include "tool.h"

struct destination {
  const char *name;
  enum place place;
  enum format format;
  char *path;       /* AT_FILE: where it will be, links followed */
  char *unfinished; /* and its name until then */
  bool exists;      /* something has that name, described in ST */
  struct stat st;
  bool begun; /* it may be written to by now */
  bool kept;  /* UNFINISHED stays, to be gone on with */
  int fd;     /* of a raw file, or of a device */
  struct tool_endpoint at;
};

/* If a signal ends the program, say what there is then. */
extern void destination_tell_interruption (void);
/* Take it from the command line; nothing is changed yet.  Mistakes fail the
 * tool. */
extern void destination_take (struct destination *d, const struct options *o,
                              char ***words);
/* Make the file under its first name, or open the device.  A format's file is
 * only given its name: qemu-img makes it.  Fails the tool. */
extern void destination_begin (struct destination *d,
                               const struct options *o);
/* The name that it has until it is finished. */
extern const char *destination_file (const struct destination *d);
/* The file stays if this copy fails, to be resumed. */
extern void destination_keep (void);
/* All was written: make the file durable, and give it its name.  Fails the
 * tool. */
extern void destination_finish (struct destination *d);

/* A directory in which there is room for a file of the name. */
extern char *directory_of (const char *path);

#endif /* CONVERT_DESTINATION_H */
