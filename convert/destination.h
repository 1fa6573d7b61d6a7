/* SPDX-License-Identifier: MIT */
/* The destination of the conversion.
 *
 * A file gets its name only when it is complete and durable.  Until then it
 * has a temporary name in the same directory.  If the conversion fails, the
 * temporary file is removed, unless the conversion can be resumed.  A file
 * that had the name before is replaced only at the end; the new file gets the
 * same owner and permissions.  Devices, servers and standard output are
 * written in place. */
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
  char *path;       /* AT_FILE: the final path, links followed */
  char *unfinished; /* AT_FILE: the path until it is finished */
  bool exists;      /* a file has this name; ST describes it */
  struct stat st;
  bool begun; /* data may have been written */
  bool kept;  /* UNFINISHED is not removed, so that it can be resumed */
  int fd;     /* of a raw file or a device; else -1 */
  struct tool_endpoint at;
};

/* Print what the destination holds if a signal ends the program. */
extern void destination_tell_interruption (void);
/* Take the destination from the command line.  Nothing is changed yet.
 * Errors end the program. */
extern void destination_take (struct destination *d, const struct options *o,
                              char ***words);
/* Create the file under its temporary name, or open the device.  Errors end
 * the program. */
extern void destination_begin (struct destination *d,
                               const struct options *o);
/* The path that has to be written to until the destination is finished. */
extern const char *destination_file (const struct destination *d);
/* After everything was written: make the file durable and give it its name.
 * Errors end the program. */
extern void destination_finish (struct destination *d);

/* The directory part of a path; to be freed. */
extern char *directory_of (const char *path);

#endif /* CONVERT_DESTINATION_H */
