/* SPDX-License-Identifier: MIT */
/* Included before every file of a library whose coverage is measured. */

#ifndef COVER_H
#define COVER_H

#include <stdio.h>
#include <unistd.h>

/* Called for each step of the machine: from a state, by an event or
 * NBDI_NO_EVENT, to a state or another result of the state's body. */
extern void nbdi_cover (int from, int event, int to);

#define NBDI_COVER(from, event, to) nbdi_cover ((from), (event), (to))

/* Called with each text that the library formats, to find the debug messages.
 * Returns RESULT, the result of formatting. */
extern int nbdi_cover_text (int result, char **text);

#define vasprintf(text, fmt, args) \
  nbdi_cover_text (vasprintf ((text), (fmt), (args)), (text))

#ifdef COVER_LINES

/* A child process ends without the functions that a program runs at its exit,
 * so it saves its line counts before. */
extern void nbdi_cover_lines (void);

#define execve(path, argv, env) \
  (nbdi_cover_lines (), execve ((path), (argv), (env)))
#define _exit(status) (nbdi_cover_lines (), _exit (status))

#endif /* COVER_LINES */

#endif /* COVER_H */
