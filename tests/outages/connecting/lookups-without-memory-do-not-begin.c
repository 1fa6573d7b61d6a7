/* SPDX-License-Identifier: MIT */

/* If there is no memory or no thread for a lookup, it does not begin, and
 * nothing is left of it.
 *
 * The linker redirects the library's calls to this file (-Wl,--wrap). */

#include <errno.h>
#include <pthread.h>

#include "check.h"
#include "reach/reach.h"
#include "wrap.h"

static unsigned calls, fails; /* the call with this number fails */

static bool
must_fail (void)
{
  return ++calls == fails;
}

WRAPPER (void *, calloc, (size_t n, size_t size))
{
  return must_fail () ? NULL : __real_calloc (n, size);
}

WRAPPER (char *, strdup, (const char *s))
{
  return must_fail () ? NULL : __real_strdup (s);
}

WRAPPER (int, pthread_attr_init, (pthread_attr_t * attr))
{
  return must_fail () ? ENOMEM : __real_pthread_attr_init (attr);
}

WRAPPER (int, pthread_create,
         (pthread_t * thread, const pthread_attr_t *attr,
          void *(*start) (void *), void *opaque))
{
  (void) thread;
  (void) attr;
  (void) start;
  (void) opaque;
  CHECK (must_fail ());
  return EAGAIN;
}

void
test (void)
{
  for (fails = 1; fails <= 5; fails++) {
    calls = 0;
    CHECK (nbdi_begin_lookup ("nbd.example", "10809") == NULL);
    CHECK (calls >= fails);
  }
}
