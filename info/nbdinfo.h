/* SPDX-License-Identifier: MIT */
/* The parts of nbdinfo. */
#ifndef NBDINFO_H
#define NBDINFO_H

#include "tool.h"

/* main.c: a handle that is connected to the server and, if the server
 * knows options, still negotiates.  CONTEXT, if not NULL, is asked for. */
extern struct nbd_handle *open_server (const struct tool_endpoint *endpoint,
                                       const char *context);
/* Begin transmission with the handle's export, if it did not begin yet. */
extern int begin_transmission (struct nbd_handle *h);
/* The same, but fail the tool. */
extern void must_begin_transmission (struct nbd_handle *h);

/* can.c: the answer to --can FLAG. */
extern bool can_flag (const struct tool_endpoint *endpoint,
                      const char *flag);

/* map.c: print extents or their totals.  The exit status. */
extern int print_map (const struct tool_endpoint *endpoint,
                      const char *context, bool totals, bool json);

/* export.c: what is told of one export. */
struct strings {
  char **word;
  size_t count;
};
struct export {
  struct nbd_handle *h;         /* told us of the export by INFO or GO */
  char *content;                /* or NULL */
  struct strings contexts;
  bool has_contexts;            /* they could be listed */
  bool has_uri;                 /* there is more than a child's socket */
};
extern void add_string (struct strings *strings, const char *word);
extern void list_contexts (struct export *e);
extern void free_export (struct export *e);
extern void print_export_text (const struct export *e);
extern void print_export_json (const struct export *e);

/* show.c: print one export, or all that the server lists.  The exit
 * status. */
struct show {
  const struct tool_endpoint *endpoint;
  bool json;
  bool content;                 /* probe what is in exports */
};
extern int show_one (const struct show *show);
extern int show_list (const struct show *show);

/* content.c: what file(1) says about the beginning of the export to which
 * the handle is connected; NULL if that cannot be told. */
extern char *probe_content (struct nbd_handle *h);

/* text.c: strings that servers sent. */

/* As JSON, in quotes, valid whatever the bytes are. */
extern void print_quoted (const char *text);
/* As it is, but harmless to terminals and on one line. */
extern void print_plain (const char *text);

#endif /* NBDINFO_H */
