/* SPDX-License-Identifier: MIT */
/* How far a copy is, as the option --progress asks for it. */
#ifndef COPY_PROGRESS_H
#define COPY_PROGRESS_H

#include "engine/engine.h"

enum progress { NO_PROGRESS, PROGRESS_BAR, PROGRESS_FD, PROGRESS_JSON };

struct progress_settings {
  enum progress kind;
  int fd;
};

/* --progress[=FD|json:FD]: the option's argument, or NULL.  Mistakes fail the
 * tool. */
extern void progress_take (struct progress_settings *s, const char *text);
/* Where else is written than to the destination. */
extern void progress_name_outputs (const struct progress_settings *s);

/* All on the thread that copies, which may copy several times, one after the
 * other.  VERIFY: what is copied is read once more. */
extern void progress_begin (const struct progress_settings *s, bool verify,
                            const struct copy *c);
/* Make room for a message on the terminal. */
extern void progress_hide (void);
/* Called often; it prints when it is time. */
extern void progress_tick (const struct copy *c);
/* 100 % only if everything was done. */
extern void progress_end (const struct copy *c, bool complete);

/* What messages begin with once an engine runs: the bar makes room. */
extern void progress_message (void *opaque, const char *text);

#endif /* COPY_PROGRESS_H */
