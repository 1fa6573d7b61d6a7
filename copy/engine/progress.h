/* SPDX-License-Identifier: MIT */
/* The progress of a copy, for the option --progress. */
#ifndef COPY_PROGRESS_H
#define COPY_PROGRESS_H

#include "engine/engine.h"

enum progress { NO_PROGRESS, PROGRESS_BAR, PROGRESS_FD, PROGRESS_JSON };

struct progress_settings {
  enum progress kind;
  int fd;
};

/* --progress[=FD|json:FD]: parse the option's argument, or NULL.  On mistakes
 * the tool fails. */
extern void progress_take (struct progress_settings *s, const char *text);
/* Call tool_output_descriptor for the descriptor, if there is one. */
extern void progress_name_outputs (const struct progress_settings *s);

/* These are called in the thread that copies, which may copy several times, one
 * after the other.  VERIFY: the copy is read back afterwards. */
extern void progress_begin (const struct progress_settings *s, bool verify,
                            const struct copy *c);
/* Clear the bar before something else is written to the terminal. */
extern void progress_hide (void);
/* To be called often; it prints when that is due. */
extern void progress_tick (const struct copy *c);
/* End; 100 % is shown only if the copy is COMPLETE. */
extern void progress_end (const struct copy *c, bool complete);

/* The message function of struct copy_events: clear the bar and print. */
extern void progress_message (void *opaque, const char *text);

#endif /* COPY_PROGRESS_H */
