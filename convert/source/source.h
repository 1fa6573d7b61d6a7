/* SPDX-License-Identifier: MIT */
/* The user's source, whatever it is, opened to be looked at. */
#ifndef CONVERT_SOURCE_H
#define CONVERT_SOURCE_H

#include <sys/stat.h>

#include "facts.h"
#include "helper/helper.h"
#include "source/input.h"
#include "tool.h"

struct source {
  const char *name; /* in messages */
  const char *path; /* of a file or device, for other programs */
  const char *url;  /* AT_URL: with passwords and keys */
  enum place place;
  struct input *input; /* stored bytes */
  int fd;              /* AT_FILE, AT_DEVICE, AT_STREAM; else -1 */
  struct stat st;
  struct tool_endpoint at; /* AT_NBD; AT_URL by ranges: the helper's */
  struct nbd_handle *handle;
  int retry_ms;          /* as of the copy */
  struct helper *helper; /* AT_URL */
  bool by_ranges;
  char *no_ranges; /* why not */
};

/* Take it from the command line.  Mistakes fail the tool. */
extern void source_open (struct source *s, char ***words, int retry_ms);
/* What was looked at so far is let go of, so that a server that takes one
 * client has room for the next; input is NULL afterwards. */
extern void source_leave (struct source *s);
/* A URL that was opened by ranges is to be read in order; makes a new input.
 * Fails the tool. */
extern void source_read_in_order (struct source *s);
/* What tells this file from any other, and from itself after it was changed;
 * NULL: nothing does. */
extern char *source_identity (const struct source *s);
/* All was read: was that all there is?  Fails the tool. */
extern void source_end (struct source *s);
/* Free what it has. */
extern void source_close (struct source *s);

#endif /* CONVERT_SOURCE_H */
