/* SPDX-License-Identifier: MIT */
/* What a handle needs so that several threads can use it.  Up to OCaml 4 the
 * runtime lock is enough, because only one thread runs stubs at a time.
 * Since OCaml 5 each domain has a lock of its own, so counting must be
 * atomic. */

#ifndef NBDML_DOMAINS_H
#define NBDML_DOMAINS_H

#include <caml/version.h>

#include <stdbool.h>

#if OCAML_VERSION >= 50000

#include <pthread.h>
#include <stdatomic.h>

typedef atomic_int uses_count;
typedef pthread_mutex_t kept_lock;

#define kept_init(lock) pthread_mutex_init ((lock), NULL)
#define kept_begin(lock) pthread_mutex_lock (lock)
#define kept_end(lock) pthread_mutex_unlock (lock)

static inline bool
uses_change (uses_count *uses, int *from, int to)
{
  return atomic_compare_exchange_strong (uses, from, to);
}

#else

typedef int uses_count;
typedef char kept_lock;

#define kept_init(lock) ((void) (lock))
#define kept_begin(lock) ((void) (lock))
#define kept_end(lock) ((void) (lock))

static inline bool
uses_change (uses_count *uses, int *from, int to)
{
  if (*uses != *from) {
    *from = *uses;
    return false;
  }
  *uses = to;
  return true;
}

#endif

#endif /* NBDML_DOMAINS_H */
