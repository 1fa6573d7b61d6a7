/* SPDX-License-Identifier: MIT */
/* The base layer, which every other file may use.  It knows nothing of
 * connections and handles.  See "Layers" in docs/ARCHITECTURE.md. */

#ifndef NBDI_BASE_H
#define NBDI_BASE_H

#include "config.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>

#include "libnbd.h"
#include "base/protocol.h"
#include "base/wire.h"

#define likely(x) __builtin_expect (!!(x), 1)
#define unlikely(x) __builtin_expect (!!(x), 0)

#define NBDI_PRINTF(fmt, args) __attribute__ ((format (printf, fmt, args)))

static inline void
nbdi_cleanup_free (void *p)
{
  free (*(void **) p);
}
#define CLEANUP_FREE __attribute__ ((cleanup (nbdi_cleanup_free)))

/* thread.c: threads that are cancelled.  For each thread, what it does in
 * the library: */
struct nbdi_thread {
  bool held;                    /* cancellation is put off */
  bool nested;                  /* a callback of the program is running */
  bool option;                  /* its blocking call connects or negotiates */
  int cancel_state;             /* if held: the state before */
  struct nbdi_command *command; /* of its blocking call, or NULL */
};
extern _Thread_local struct nbdi_thread nbdi_thread
  __attribute__ ((tls_model ("initial-exec")));
extern void nbdi_put_off_cancelling (void);
extern void nbdi_resume_cancelling (void);
extern bool nbdi_begin_callback (void);
extern void nbdi_end_callback (bool nested);

/* Nobody can cancel the only thread of a program. */
#ifdef HAVE_SYS_SINGLE_THREADED_H
#include <sys/single_threaded.h>
#define NBDI_ALONE __libc_single_threaded
#else
#define NBDI_ALONE false
#endif

/* Call this before anything that may be a cancellation point. */
static inline void
nbdi_hold (void)
{
  if (!NBDI_ALONE && !nbdi_thread.held)
    nbdi_put_off_cancelling ();
}

static inline void
nbdi_release (void)
{
  if (nbdi_thread.held && !nbdi_thread.nested)
    nbdi_resume_cancelling ();
}

/* Run a callback of the program, which may call the library on other
 * handles. */
#define NBDI_CALLBACK(call)                 \
  ({                                        \
    const char *context_ = nbdi_context (); \
    bool nested_ = nbdi_begin_callback ();  \
    int r_ = (call);                        \
    nbdi_end_callback (nested_);            \
    nbdi_set_context (context_);            \
    r_;                                     \
  })

/* Move a closure: its previous owner no longer has it.  See "Closures" in
 * docs/ARCHITECTURE.md. */
#define NBDI_MOVED(closure) memset ((closure), 0, sizeof *(closure))
#define NBDI_MOVE(closure)                       \
  ({                                             \
    __typeof__ (*(closure)) moved_ = *(closure); \
    NBDI_MOVED (closure);                        \
    moved_;                                      \
  })

/* End a closure: call its free function once, and clear the closure in its
 * owner. */
#define NBDI_FREE(closure)                                 \
  ({                                                       \
    __typeof__ (*(closure)) freed_ = NBDI_MOVE (closure);  \
    if (freed_.free)                                       \
      NBDI_CALLBACK ((freed_.free (freed_.user_data), 0)); \
  })

/* errors.c: one error per thread. */
extern void nbdi_set_context (const char *name);
extern const char *nbdi_context (void);
extern void nbdi_error (int errnum, const char *fmt, ...) NBDI_PRINTF (2, 3);
extern void nbdi_keep_error (void);
extern unsigned nbdi_error_count (void);
extern int nbdi_last_errno (void);
extern void nbdi_set_last_errno (int errnum);
extern const char *nbdi_last_text (void); /* without the context */

/* debug.c: whether and where a handle writes debug messages. */
struct nbdi_trace {
  bool on;
  char *name;                  /* of the handle */
  nbd_debug_callback callback; /* none: to standard error */
};
extern void nbdi_debug (const struct nbdi_trace *trace, const char *fmt, ...)
  NBDI_PRINTF (2, 3);

/* text.c: text in quotes for messages.  It is never NULL: without memory it
 * is nbdi_dots, which is not to be freed.  So variables for it are
 * CLEANUP_TEXT, and are never freed otherwise. */
extern const char nbdi_dots[];
extern const char *nbdi_printable (const char *s);
extern const char *nbdi_printable_bytes (const uint8_t *p, size_t len);
extern const char *nbdi_printable_list (char **list);
extern void nbdi_cleanup_text (const char **text);
#define CLEANUP_TEXT __attribute__ ((cleanup (nbdi_cleanup_text)))

/* strings.c: lists of strings, with copies of the strings. */
struct nbdi_strings {
  char **v; /* NULL-terminated; NULL when empty */
  size_t len;
  size_t bytes; /* of all, without the final NULs */
};
extern int nbdi_strings_add (struct nbdi_strings *list, const char *s);
extern void nbdi_strings_clear (struct nbdi_strings *list);
extern int nbdi_replace_string (char **field, const char *value);

/* bytes.c: a buffer of bytes that are sent or received.  It holds the bytes
 * between pos and end. */
struct nbdi_bytes {
  uint8_t *buf;
  size_t pos, end, cap;
};
extern int nbdi_bytes_reserve (struct nbdi_bytes *b, size_t len);
extern void nbdi_bytes_shrink (struct nbdi_bytes *b);

/* clock.c */
extern int nbdi_time_left (const struct timespec *end);
extern uint64_t nbdi_now (void);
extern void nbdi_deadline (int timeout_ms, struct timespec *end);

/* Deadlines of the machine, in the clock of nbdi_now; 0 = none. */
static inline uint64_t
nbdi_earlier (uint64_t a, uint64_t b)
{
  return a == 0 || (b != 0 && b < a) ? b : a;
}

static inline bool
nbdi_passed (uint64_t deadline)
{
  return deadline != 0 && deadline <= nbdi_now ();
}

/* waiter.c: a thread that waits for another one. */
struct nbdi_waiter {
  pthread_cond_t cond;
  struct nbdi_waiter *next;
  bool may_sleep; /* cond is initialised */
  bool queued;    /* waits for the seat */
  bool watches;   /* sleeps in poll, not for cond */
  bool stays;     /* cannot be cancelled while it sleeps */
  int wake_fd;    /* ends its poll; -1: there is none yet */
  bool done;      /* blocking command: it is complete */
};
extern void nbdi_prepare_to_sleep (struct nbdi_waiter *w);
extern void nbdi_end_waiter (struct nbdi_waiter *w);
extern void nbdi_wake (struct nbdi_waiter *w);

#endif /* NBDI_BASE_H */
