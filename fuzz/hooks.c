/* SPDX-License-Identifier: MIT */

/* What the tools' library calls instead of the C library.  Tools exit without
 * freeing everything; here the remaining memory is freed after each input. */

#define HOOKS_BEHIND
#include "hooks.h"

#include "fuzz.h"
#include "tool-run.h"

#define MAX_ALLOCATIONS 4096

static void *allocations[MAX_ALLOCATIONS];
static size_t nr_allocations;
static void (*ends[8]) (void);
static size_t nr_ends;
static bool tracking;
static jmp_buf leave;

static void *
track (void *p)
{
  MUST (p != NULL);
  if (tracking) {
    MUST (nr_allocations < MAX_ALLOCATIONS);
    allocations[nr_allocations++] = p;
  }
  return p;
}

static void
forget (void *p)
{
  for (size_t i = nr_allocations; i-- > 0;)
    if (allocations[i] == p) {
      allocations[i] = allocations[--nr_allocations];
      return;
    }
}

void *
hook_calloc (size_t n, size_t size)
{
  return track (calloc (n, size));
}

void *
hook_realloc (void *p, size_t size)
{
  forget (p);
  return track (realloc (p, size));
}

char *
hook_strndup (const char *s, size_t n)
{
  return track (strndup (s, n));
}

int
hook_vasprintf (char **text, const char *format, va_list args)
{
  int r = vasprintf (text, format, args);

  MUST (r >= 0);
  track (*text);
  return r;
}

void
hook_free (void *p)
{
  forget (p);
  free (p);
}

FILE *
hook_output (void)
{
  static FILE *null;

  if (null == NULL)
    null = fopen ("/dev/null", "w");
  MUST (null != NULL);
  return null;
}

int
hook_atexit (void (*function) (void))
{
  MUST (nr_ends < sizeof ends / sizeof ends[0]);
  ends[nr_ends++] = function;
  return 0;
}

void
hook_exit (int status)
{
  MUST (status >= 0 && status < 256);
  longjmp (leave, 1);
}

void
run_to_exit (void (*function) (void *opaque), void *opaque, bool track_it)
{
  tracking = track_it;
  if (setjmp (leave) == 0)
    function (opaque);
  while (nr_ends > 0)
    (*ends[--nr_ends]) ();
  tracking = false;
  while (nr_allocations > 0)
    free (allocations[--nr_allocations]);
}
