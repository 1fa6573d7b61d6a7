/* SPDX-License-Identifier: MIT */
/* What the files of the tools' library share, but tools do not use. */
#ifndef COMMON_INTERNAL_H
#define COMMON_INTERNAL_H

#include "tool.h"

extern const struct tool *tool_self; /* usage.c; never NULL */
extern void tool_print_usage (FILE *file);
/* For getopt: no_argument, required_argument or optional_argument. */
extern int tool_argument_kind (const struct tool_option *row);

extern void tool_prepare_end (void); /* end.c */
/* Run FUNCTION after all those of tool_at_end.  There is one such function;
 * it may be called more than once. */
extern void tool_at_last (void (*function) (void));

extern bool tool_ignores_pipe (void); /* signals.c: SIGPIPE was ignored */

/* message.c: the error without the name of a call that only waits. */
extern const char *tool_without_call (const char *error);
/* Let tool_nbd_error return the library's last error as that of CALL. */
extern void tool_name_error (const char *call);
/* Let tool_nbd_error return these words for the library's last error.  They
 * are freed later. */
extern void tool_reword_error (char *words);

/* hangup.c: do not send the options on which the server has hung up. */
extern int tool_leave_out (struct nbd_handle *h,
                           const struct tool_endpoint *endpoint);
/* If the last error is that the server hung up on an option, leave that
 * option out of later connections, and return its name; else return NULL. */
extern const char *tool_learn_from_hangup (
  const struct tool_endpoint *endpoint);

/* staying.c: make the settings that the options ask for.  -1 if a call of the
 * library failed. */
extern int tool_stay_connected (struct nbd_handle *h);
/* Whether the user has set a time to wait for a server that may still have to
 * start. */
extern bool tool_waits_for_server (void);

extern void tool_choose_colors (bool yes); /* color.c */

/* handles.c: the time when connecting and negotiating must have ended, by the
 * clock of tool_now_ms; INT64_MAX if there is no limit. */
extern void tool_set_patience (struct nbd_handle *h, int64_t ends);
extern int64_t tool_patience_ends (struct nbd_handle *h);
extern struct tool_events *tool_events_of (struct nbd_handle *h);
/* Close a handle and make another one like it. */
extern struct nbd_handle *tool_create_again (struct nbd_handle *h);

/* After this time, a message tells a person at the terminal what the tool is
 * waiting for. */
#define TOOL_SLOW_MS 5000

/* waiting.c: record the events of the handle's connection.  NULL if the
 * library cannot set the callback. */
extern struct tool_events *tool_follow_events (struct nbd_handle *h);
/* Whether standard error is a terminal. */
extern bool tool_somebody_watches (void);
/* Print a message that the connection to NAME is still awaited, and why. */
extern void tool_tell_connecting (struct nbd_handle *h, struct tool_events *e,
                                  const char *name);
/* Print a message, once for each outage, if it has lasted TOOL_SLOW_MS.
 * Another message follows when the connection is back. */
extern void tool_tell_outage (struct nbd_handle *h, struct tool_events *e);

/* goodbye.c: receive the replies to requests in flight, disconnect, and wait
 * until the servers close; for two seconds at most.  The array's content is
 * overwritten; the caller closes the handles. */
extern void tool_say_goodbye (struct nbd_handle **handles, size_t count);

#endif /* COMMON_INTERNAL_H */
