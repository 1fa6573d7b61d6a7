/* SPDX-License-Identifier: MIT */

/* Each file of the tools' library includes this before everything else, so that
 * a call which would end the process, or use up its memory, does so only for
 * one input. */

#ifndef HOOKS_H
#define HOOKS_H

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern void hook_exit (int status) __attribute__ ((noreturn));
extern int hook_atexit (void (*function) (void));
extern void *hook_realloc (void *p, size_t size);
extern void *hook_calloc (size_t n, size_t size);
extern char *hook_strndup (const char *s, size_t n);
extern int hook_vasprintf (char **text, const char *format, va_list args);
extern void hook_free (void *p);
extern FILE *hook_output (void);

#ifndef HOOKS_BEHIND
#undef stdout
#undef stderr
#define stdout hook_output ()
#define stderr hook_output ()
#define exit hook_exit
#define atexit hook_atexit
#define realloc hook_realloc
#define calloc hook_calloc
#define strndup hook_strndup
#define vasprintf hook_vasprintf
#define free(p) hook_free (p)
#define printf(...) fprintf (hook_output (), __VA_ARGS__)
#define fclose(file) fflush (file)
#endif

#endif /* HOOKS_H */
