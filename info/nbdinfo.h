/* SPDX-License-Identifier: MIT */
/* The parts of nbdinfo. */
#ifndef NBDINFO_H
#define NBDINFO_H

#include "tool.h"

/* ---- open.c: connections ---- */

/* Connect to the server.  The handle is still negotiating, unless the server
 * uses a protocol without options.  CONTEXT, if not NULL, is asked for.  On
 * errors the tool fails. */
extern struct nbd_handle *open_server (const struct tool_endpoint *endpoint,
                                       const char *context);

/* The same.  If the user has asked to wait for the server, wait also until the
 * server knows the export. */
extern struct nbd_handle *reach_export (const struct tool_endpoint *endpoint,
                                        const char *context);

/* Connect again, after the handle before was closed: many servers serve one
 * client at a time, and some end after their first client.  NULL, and *REASON
 * to be freed, if the server refuses, or sends nothing for some seconds. */
extern struct nbd_handle *open_again (char **reason);

/* Begin transmission with the handle's export, if it has not begun yet.  -1 on
 * errors. */
extern int begin_transmission (struct nbd_handle *h);
/* The same, but on errors the tool fails. */
extern void must_begin_transmission (struct nbd_handle *h,
                                     const struct tool_endpoint *endpoint);

/* The library's last error, to be freed. */
extern char *library_error (void);

/* Print why something did not work with this export of the server. */
extern void export_error (const struct tool_endpoint *endpoint,
                          const char *name, const char *reason);

/* ---- the modes ---- */

/* can.c: the answer to --can FLAG. */
extern bool can_flag (const struct tool_endpoint *endpoint, const char *flag);

/* map.c: print extents or their totals.  Return the exit status. */
extern int print_map (const struct tool_endpoint *endpoint,
                      const char *context, bool totals, bool json);

/* ---- export.c: the description of one export ---- */

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
  bool has_contexts; /* CONTEXTS is the server's list */
  int64_t size;
  int flags[NR_FLAGS];
  int64_t block_sizes[NR_BLOCK_SIZES];
  char *content;
  char *content_error; /* why it could not be read */
};

/* Fill in the reply to NBD_OPT_INFO or NBD_OPT_GO, that is, all except
 * contexts and content. */
extern void take_export (struct export *e, struct nbd_handle *h,
                         const struct tool_endpoint *endpoint);
/* Ask for its contexts, which not every server lists.  False, after a warning,
 * if the server ended the connection. */
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

/* Properties of a connection. */
struct protocol {
  const char *name;
  bool tls;
  const char *style; /* of packets */
};
/* To be called while the handle is connected. */
extern struct protocol take_protocol (struct nbd_handle *h);

extern void show_protocol (struct show *show,
                           const struct protocol *protocol);
extern void show_export (struct show *show, const struct export *e);
/* Print what could not be done with an export, so that the exit status will be
 * 1, and free the reason. */
extern void show_failure (struct show *show, const char *name, char *reason);
/* End the output, and return the exit status. */
extern int show_end (struct show *show);

/* ---- one.c, list.c ---- */

/* Print one export, or all that the server lists.  Return the exit status. */
extern int show_one (struct show *show);
extern int show_list (struct show *show);

/* ---- content.c ---- */

/* Read the beginning of the export to which the handle is connected, and run
 * file(1) on it to find out what it is. */
extern void probe_content (struct export *e, struct nbd_handle *h);

#endif /* NBDINFO_H */
