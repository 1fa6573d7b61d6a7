/* SPDX-License-Identifier: MIT */

/* Lets one allocation of the library fail: see memory.h. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

bool memory_counts;
unsigned memory_fails, memory_asked;

bool
memory_is_out (void)
{
  if (!memory_counts || ++memory_asked != memory_fails)
    return false;
  errno = ENOMEM;
  return true;
}

#define WRAP(type, name, params, args)                          \
  extern type __real_##name params;                             \
  extern type __wrap_##name params;                             \
  type                                                          \
  __wrap_##name params                                          \
  {                                                             \
    return memory_is_out () ? NULL : __real_##name args;        \
  }

WRAP (void *, malloc, (size_t n), (n))
WRAP (void *, calloc, (size_t n, size_t size), (n, size))
WRAP (void *, realloc, (void *p, size_t n), (p, n))
WRAP (char *, strdup, (const char *s), (s))
WRAP (char *, strndup, (const char *s, size_t n), (s, n))
WRAP (FILE *, open_memstream, (char **p, size_t *n), (p, n))

/* What was printed into memory is whole only once it is closed. */
extern int __real_fclose (FILE *f);
extern int __wrap_fclose (FILE *f);

int
__wrap_fclose (FILE *f)
{
  bool fails = memory_is_out ();
  int r = __real_fclose (f);

  if (!fails)
    return r;
  errno = ENOMEM;
  return EOF;
}

extern int __real_vasprintf (char **s, const char *fmt, va_list args);
extern int __wrap_vasprintf (char **s, const char *fmt, va_list args);

int
__wrap_vasprintf (char **s, const char *fmt, va_list args)
{
  return memory_is_out () ? -1 : __real_vasprintf (s, fmt, args);
}

/* What fortified headers call instead. */
extern int __wrap___vasprintf_chk (char **s, int flag, const char *fmt,
                                   va_list args);

int
__wrap___vasprintf_chk (char **s, int flag __attribute__ ((unused)),
                        const char *fmt, va_list args)
{
  return __wrap_vasprintf (s, fmt, args);
}

extern int __wrap_asprintf (char **s, const char *fmt, ...);

int
__wrap_asprintf (char **s, const char *fmt, ...)
{
  va_list args;

  va_start (args, fmt);
  int r = __wrap_vasprintf (s, fmt, args);
  va_end (args);
  return r;
}

extern int __wrap___asprintf_chk (char **s, int flag, const char *fmt, ...);

int
__wrap___asprintf_chk (char **s, int flag __attribute__ ((unused)),
                       const char *fmt, ...)
{
  va_list args;

  va_start (args, fmt);
  int r = __wrap_vasprintf (s, fmt, args);
  va_end (args);
  return r;
}
