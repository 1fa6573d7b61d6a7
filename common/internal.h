/* SPDX-License-Identifier: MIT */
/* What the parts of the tools' library have in common. */
#ifndef COMMON_INTERNAL_H
#define COMMON_INTERNAL_H

#include "tool.h"

extern const struct tool *tool_self;    /* options.c; never NULL */
extern void tool_print_usage (FILE *file);

extern void tool_prepare_end (void);    /* message.c */
extern void tool_run_ends (void);       /* only the first call does it */
/* The library's last error is told as that of CALL. */
extern void tool_name_error (const char *call);
/* The library's last error is told in these words, which are freed. */
extern void tool_reword_error (char *words);

/* hangup.c: ask a server not for what it has hung up on before. */
extern int tool_leave_out (struct nbd_handle *h,
                           const struct tool_endpoint *endpoint);
/* What is left out the next time, since the last error says that the server
 * hung up on it; NULL if that was not the error. */
extern const char *
tool_learn_from_hangup (const struct tool_endpoint *endpoint);

extern void tool_choose_colors (bool yes);      /* color.c */

/* connect.c: for signal handlers, break what negotiates. */
extern void tool_break_negotiations (void);

/* part.c: take the replies to what is in flight, tell the servers that
 * nothing more will come, and wait until they close; for two seconds at
 * most.  The array is used up; the handles are to be closed. */
extern void tool_part (struct nbd_handle **handles, size_t count);

#endif /* COMMON_INTERNAL_H */
