/* SPDX-License-Identifier: MIT */
/* When memory runs out, at whatever place, calls fail with ENOMEM or do
 * without; nothing crashes or leaks, and each closure is freed once.
 *
 * The linker lets the library's calls come here (-Wl,--wrap).
 */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "life.h"

/* The allocation that fails, counted from 1, and all after it if more. */
static unsigned fails, allocations;
static bool all_fail;
static long blocks;             /* that the library has */

static bool
out_of_memory (void)
{
  if (!in_library)
    return false;
  allocations++;
  if (allocations == fails || (all_fail && fails > 0 && allocations > fails)) {
    errno = ENOMEM;
    return true;
  }
  return false;
}

static void *
counted (void *p)
{
  if (p != NULL && in_library)
    blocks++;
  return p;
}

#define WRAP(type, name, params, args)          \
  extern type __real_##name params;             \
  extern type __wrap_##name params;             \
  type                                          \
  __wrap_##name params                          \
  {                                             \
    if (out_of_memory ())                       \
      return NULL;                              \
    return counted (__real_##name args);        \
  }

WRAP (void *, malloc, (size_t n), (n))
WRAP (void *, calloc, (size_t n, size_t size), (n, size))
WRAP (char *, strdup, (const char *s), (s))
WRAP (char *, strndup, (const char *s, size_t n), (s, n))
WRAP (FILE *, open_memstream, (char **p, size_t *n), (p, n))

extern void *__real_realloc (void *p, size_t n);
extern void *__wrap_realloc (void *p, size_t n);

void *
__wrap_realloc (void *p, size_t n)
{
  if (out_of_memory ())
    return NULL;
  return p ? __real_realloc (p, n) : counted (__real_realloc (p, n));
}

extern void __real_free (void *p);
extern void __wrap_free (void *p);

void
__wrap_free (void *p)
{
  if (p != NULL && in_library)
    blocks--;
  __real_free (p);
}

/* The line is made in the C library, but freed like any other. */
extern ssize_t __real___getdelim (char **line, size_t *size, int end,
                                  FILE *f);
extern ssize_t __wrap___getdelim (char **line, size_t *size, int end,
                                  FILE *f);

ssize_t
__wrap___getdelim (char **line, size_t *size, int end, FILE *f)
{
  bool first = *line == NULL;

  if (first && out_of_memory ())
    return -1;
  ssize_t r = __real___getdelim (line, size, end, f);
  if (first)
    counted (*line);
  return r;
}

/* What optimizing headers turn into the above. */
extern ssize_t __wrap_getline (char **line, size_t *size, FILE *f);

ssize_t
__wrap_getline (char **line, size_t *size, FILE *f)
{
  return __wrap___getdelim (line, size, '\n', f);
}

extern int __wrap_vasprintf (char **s, const char *fmt, va_list args);
extern int __real_vasprintf (char **s, const char *fmt, va_list args);

int
__wrap_vasprintf (char **s, const char *fmt, va_list args)
{
  if (out_of_memory ())
    return -1;
  int r = __real_vasprintf (s, fmt, args);
  counted (r == -1 ? NULL : *s);
  return r;
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

/* Blocks that the library has while no handle is open.  It keeps the last
 * error of a thread, so there is always one.
 */
static long
blocks_of_no_handle (void)
{
  fails = 0;
  struct nbd_handle *h = LIB (nbd_create ());
  CHECK_INT (LIB (nbd_get_size (h)), -1);
  in_library = true;
  nbd_close (h);
  in_library = false;
  return blocks;
}

/* What follows from a lack of memory. */
static void
check_outcome (const struct outcome *o)
{
  if (o->call == NULL || o->errnum == ENOMEM)
    return;
  /* A call on a handle that died of it, with or without a message. */
  if (o->text[0] != '\0' && strstr (o->text, strerror (ENOMEM)) == NULL &&
      strstr (o->text, "out of memory") == NULL)
    FAIL ("%s failed with errno %d: %s", o->call, o->errnum, o->text);
}

static void
sweep (const struct life *life, long before)
{
  unsigned n = 0, seen;

  do {
    fails = ++n;
    allocations = 0;
    check_case ("%s%s, allocation %u fails%s", life->name,
                life_is_logged ? ", logged" : "", n,
                all_fail ? ", as do all after it" : "");
    struct outcome o = live (life);
    seen = allocations;
    check_outcome (&o);
    CHECK_INT (blocks_of_no_handle (), before);
  } while (seen >= n);
  CHECK (n > 3);
}

void
test (void)
{
  long before = blocks_of_no_handle ();

  watchdog (170);               /* on a busy machine */
  FOR_EACH_LIFE (life)
    for (unsigned how = 0; how < 4; how++) {
      all_fail = (how & 1) != 0;
      life_is_logged = (how & 2) != 0;
      sweep (life, before);
    }
}
