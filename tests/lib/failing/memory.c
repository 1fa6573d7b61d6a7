/* SPDX-License-Identifier: MIT */

/* Lets allocations of the library fail: see memory.h. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libnbd.h>

#include "check.h"
#include "memory.h"
#include "wrap.h"

unsigned memory_fails, memory_asked;
bool memory_all_fail;
long memory_blocks;

bool
memory_is_out (void)
{
  if (!in_library || memory_fails == 0 || ++memory_asked < memory_fails
      || (memory_asked > memory_fails && !memory_all_fail))
    return false;
  errno = ENOMEM;
  return true;
}

void
memory_sweep (const char *what, void (*once) (void))
{
  unsigned n = 0;

  do {
    check_case ("%s, allocation %u fails%s", what, ++n,
                memory_all_fail ? ", as do all after it" : "");
    memory_fails = n;
    memory_asked = 0;
    once ();
  } while (memory_asked >= n);
  CHECK (n > 1);
  memory_fails = 0;
  check_case (NULL);
}

long
memory_blocks_of_no_handle (void)
{
  memory_fails = 0;
  struct nbd_handle *h = LIB (nbd_create ());
  CHECK_INT (LIB (nbd_get_size (h)), -1);
  IN_LIBRARY (nbd_close (h));
  return memory_blocks;
}

static void *
counted (void *p)
{
  if (p != NULL && in_library)
    memory_blocks++;
  return p;
}

#define WRAP(type, name, params, args)   \
  WRAPPER (type, name, params)           \
  {                                      \
    if (memory_is_out ())                \
      return NULL;                       \
    return counted (__real_##name args); \
  }

WRAP (void *, malloc, (size_t n), (n))
WRAP (void *, calloc, (size_t n, size_t size), (n, size))
WRAP (char *, strdup, (const char *s), (s))
WRAP (char *, strndup, (const char *s, size_t n), (s, n))
WRAP (FILE *, open_memstream, (char **p, size_t *n), (p, n))

WRAPPER (void *, realloc, (void *p, size_t n))
{
  if (memory_is_out ())
    return NULL;
  return p ? __real_realloc (p, n) : counted (__real_realloc (p, n));
}

WRAPPER (void, free, (void *p))
{
  if (p != NULL && in_library)
    memory_blocks--;
  __real_free (p);
}

/* The text in memory is complete only when the stream is closed. */
WRAPPER (int, fclose, (FILE *f))
{
  bool fails = memory_is_out ();
  int r = __real_fclose (f);

  if (!fails)
    return r;
  errno = ENOMEM;
  return EOF;
}

/* The C library allocates the line, and the library frees it. */
WRAPPER (ssize_t, __getdelim, (char **line, size_t *size, int end, FILE *f))
{
  bool first = *line == NULL;

  if (first && memory_is_out ())
    return -1;
  ssize_t r = __real___getdelim (line, size, end, f);
  if (first)
    counted (*line);
  return r;
}

WRAPPER (int, vasprintf, (char **s, const char *fmt, va_list args))
{
  if (memory_is_out ())
    return -1;
  int r = __real_vasprintf (s, fmt, args);
  counted (r == -1 ? NULL : *s);
  return r;
}

/* Functions that optimizing or fortifying headers use for those above. */

WRAPPER (ssize_t, getline, (char **line, size_t *size, FILE *f))
{
  return __wrap___getdelim (line, size, '\n', f);
}

WRAPPER (int, __vasprintf_chk,
         (char **s, int flag __attribute__ ((unused)), const char *fmt,
          va_list args))
{
  return __wrap_vasprintf (s, fmt, args);
}

#define WRAP_ASPRINTF(name, params)          \
  WRAPPER (int, name, params)                \
  {                                          \
    va_list args;                            \
                                             \
    va_start (args, fmt);                    \
    int r = __wrap_vasprintf (s, fmt, args); \
    va_end (args);                           \
    return r;                                \
  }

WRAP_ASPRINTF (asprintf, (char **s, const char *fmt, ...))
WRAP_ASPRINTF (__asprintf_chk, (char **s, int flag __attribute__ ((unused)),
                                const char *fmt, ...))
