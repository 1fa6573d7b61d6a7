/* SPDX-License-Identifier: MIT */
/* What the parts of the tools' library have in common. */
#ifndef COMMON_INTERNAL_H
#define COMMON_INTERNAL_H

#include "tool.h"

extern const struct tool *tool_self; /* usage.c; never NULL */
extern void tool_print_usage (FILE *file);
/* For getopt: no_argument, required_argument or optional_argument. */
extern int tool_argument_kind (const struct tool_option *row);

extern void tool_prepare_end (void); /* end.c */
/* Run FUNCTION after all those of tool_at_end.  There is one such function;
 * it may be called twice. */
extern void tool_at_last (void (*function) (void));

extern bool tool_ignores_pipe (void); /* signals.c: SIGPIPE was ignored */

/* message.c.  An error without the name of a call that only waits. */
extern const char *tool_without_call (const char *error);
/* The library's last error is told as that of CALL. */
extern void tool_name_error (const char *call);
/* The library's last error is told in these words, which are freed. */
extern void tool_reword_error (char *words);

/* hangup.c: ask a server not for what it has hung up on before. */
extern int tool_leave_out (struct nbd_handle *h,
                           const struct tool_endpoint *endpoint);
/* What is left out the next time, since the last error says that the server
 * hung up on it; NULL if that was not the error. */
extern const char *tool_learn_from_hangup (
  const struct tool_endpoint *endpoint);

/* staying.c: do as the options say.  -1 if the library does not like it. */
extern int tool_stay_connected (struct nbd_handle *h);
/* The user has said that a server may still have to start. */
extern bool tool_waits_for_server (void);

extern void tool_choose_colors (bool yes); /* color.c */

/* handles.c: when connecting and negotiating have taken too long, by the
 * clock of tool_now_ms; INT64_MAX if they may take for ever. */
extern void tool_set_patience (struct nbd_handle *h, int64_t ends);
extern int64_t tool_patience_ends (struct nbd_handle *h);
extern struct tool_events *tool_events_of (struct nbd_handle *h);
/* Close a handle and make another one like it. */
extern struct nbd_handle *tool_create_again (struct nbd_handle *h);

/* When somebody who waits is told what for. */
#define TOOL_SLOW_MS 5000

/* waiting.c: remember what happens to the connection, from now on.  NULL if
 * the library does not like it. */
extern struct tool_events *tool_follow_events (struct nbd_handle *h);
extern bool tool_somebody_watches (void);
/* The connection that is waited for has not come yet. */
extern void tool_tell_connecting (struct nbd_handle *h, struct tool_events *e,
                                  const char *name);
/* If there is an outage that lasts, tell it once, and when it is over. */
extern void tool_tell_outage (struct nbd_handle *h, struct tool_events *e);

/* goodbye.c: take the replies to what is in flight, tell the servers that
 * nothing more will come, and wait until they close; for two seconds at
 * most.  The array is used up; the handles are to be closed. */
extern void tool_say_goodbye (struct nbd_handle **handles, size_t count);

#endif /* COMMON_INTERNAL_H */
