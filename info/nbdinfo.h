/* SPDX-License-Identifier: MIT */
/* The parts of nbdinfo. */
#ifndef NBDINFO_H
#define NBDINFO_H

#include "tool.h"

/* ---- open.c: connections ---- */

/* A handle that is connected to the server and, if the server knows options,
 * still negotiates.  CONTEXT, if not NULL, is asked for.  Fails the tool. */
extern struct nbd_handle *open_server (const struct tool_endpoint *endpoint,
                                       const char *context);

/* The same, and if it was asked for to wait for the server, until it knows the
 * export. */
extern struct nbd_handle *reach_export (const struct tool_endpoint *endpoint,
                                        const char *context);

/* The same once more, after the handle before was closed: many servers have
 * time for one client only, some for one in all.  NULL, and *REASON, if the
 * server does not want it, or says nothing for some seconds. */
extern struct nbd_handle *open_again (char **reason);

/* Begin transmission with the handle's export, if it did not begin yet. */
extern int begin_transmission (struct nbd_handle *h);
/* The same, but fail the tool. */
extern void must_begin_transmission (struct nbd_handle *h,
                                     const struct tool_endpoint *endpoint);

/* What the library said, to be freed. */
extern char *library_error (void);

/* Say why something did not work with this export of the server. */
extern void export_error (const struct tool_endpoint *endpoint,
                          const char *name, const char *reason);

/* ---- the modes ---- */

/* can.c: the answer to --can FLAG. */
extern bool can_flag (const struct tool_endpoint *endpoint, const char *flag);

/* map.c: print extents or their totals.  The exit status. */
extern int print_map (const struct tool_endpoint *endpoint,
                      const char *context, bool totals, bool json);

/* ---- export.c: what is told of one export ---- */

struct strings {
  char **word;
  size_t count;
};
extern void add_string (struct strings *strings, const char *word);
extern void free_strings (struct strings *strings);

#define NR_FLAGS 11
#define NR_BLOCK_SIZES 3

/* All strings may be NULL, and all numbers -1, if they are not known. */
/* clang-format off */
struct export {
  /* clang-format on */
  char *name, *description, *uri;
  struct strings contexts;
  bool has_contexts; /* they could be listed */
  int64_t size;
  int flags[NR_FLAGS];
  int64_t block_sizes[NR_BLOCK_SIZES];
  char *content;
  char *content_error; /* why it could not be read */
};

/* Fill it in, but for contexts and content, with what a handle was told by
 * INFO or GO. */
extern void take_export (struct export *e, struct nbd_handle *h,
                         const struct tool_endpoint *endpoint);
/* Ask for its contexts.  Not every server lists them; false, after a warning,
 * if one ended the connection instead. */
extern bool list_contexts (struct export *e, struct nbd_handle *h,
                           const struct tool_endpoint *endpoint);
extern void free_export (struct export *e);
extern void print_export_text (const struct export *e);
extern void print_export_json (const struct export *e);

/* ---- show.c: the output ---- */

/* What is being shown, and how. */
struct show {
  const struct tool_endpoint *endpoint;
  bool json;
  bool content;                   /* probe what is in exports */
  size_t shown;                   /* exports */
  struct strings failed, reasons; /* exports, and why */
};

/* What a connection is like; ask as soon as there is one. */
struct protocol {
  const char *name;
  bool tls;
  const char *style; /* of packets */
};
extern struct protocol take_protocol (struct nbd_handle *h);

extern void show_protocol (struct show *show,
                           const struct protocol *protocol);
extern void show_export (struct show *show, const struct export *e);
/* Say what could not be done with an export, which makes the exit status 1,
 * and free the reason. */
extern void show_failure (struct show *show, const char *name, char *reason);
/* The end.  The exit status. */
extern int show_end (struct show *show);

/* ---- one.c, list.c ---- */

/* Print one export, or all that the server lists.  The exit status. */
extern int show_one (struct show *show);
extern int show_list (struct show *show);

/* ---- content.c ---- */

/* Read the beginning of the export to which the handle is connected, and
 * have file(1) say what it is. */
extern void probe_content (struct export *e, struct nbd_handle *h);

#endif /* NBDINFO_H */
