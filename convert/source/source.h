/* SPDX-License-Identifier: MIT */
/* The user's source, opened for examination. */
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
  const char *url;  /* AT_URL: with passwords and keys, so never shown */
  enum place place;
  struct input *input; /* reads the stored bytes */
  int fd;              /* of AT_FILE, AT_DEVICE, AT_STREAM, and a URL in
                          order; else -1 */
  struct stat st;
  struct tool_endpoint at; /* of AT_NBD; of the helper if AT_URL is read by
                              ranges */
  struct nbd_handle *handle;
  int retry_ms;          /* from the settings of the copy */
  struct helper *helper; /* of AT_URL */
  bool by_ranges;
  char *no_ranges; /* why a URL cannot be read by ranges */
};

/* Take the source from the command line and open it.  Errors end the
 * program. */
extern void source_open (struct source *s, char ***words, int retry_ms);
/* Disconnect from the source if it is an NBD server, so that a server which
 * accepts one client can accept the next one.  The input is NULL
 * afterwards. */
extern void source_leave (struct source *s);
/* Reopen a URL that was opened by ranges, to read it in order.  This makes
 * another input.  Errors end the program. */
extern void source_read_in_order (struct source *s);
/* Words that differ for any two files, and for a file before and after a
 * change; to be freed.  NULL if there are none. */
extern char *source_identity (const struct source *s);
/* After everything was read: check that it was complete.  Errors end the
 * program. */
extern void source_end (struct source *s);
/* Free the input and close the connection. */
extern void source_close (struct source *s);

#endif /* CONVERT_SOURCE_H */
