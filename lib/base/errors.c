/* SPDX-License-Identifier: MIT */
/* The last error of each thread, and the call in which it happened. */

#include "base/base.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct thread_error {
  const char *context; /* public name of the call we are in */
  char *message;       /* "context: text: strerror" */
  char *text;          /* "text: strerror" */
  int errnum;
  unsigned count; /* of errors so far */
};

/* Every call reads and writes this.  It is small enough for the space that
 * the loader reserves for libraries that are loaded later, so it is
 * accessed without a function call. */
static _Thread_local struct thread_error last
  __attribute__ ((tls_model ("initial-exec")));

/* Thread-local storage has no destructors in C.  So a thread that has a
 * message sets a key, whose destructor frees the message.  The process may
 * have no key left for this library. */
static pthread_key_t key;
static bool has_key;
static pthread_once_t key_once = PTHREAD_ONCE_INIT;

static void
free_last (void *p)
{
  struct thread_error *e = p;

  free (e->message);
  free (e->text);
  e->message = e->text = NULL;
}

static void
make_key (void)
{
  has_key = pthread_key_create (&key, free_last) == 0;
}

/* The main thread never runs key destructors. */
static void free_main (void) __attribute__ ((destructor));
static void
free_main (void)
{
  free_last (&last);
}

void
nbdi_set_context (const char *name)
{
  last.context = name;
}

const char *
nbdi_context (void)
{
  return last.context ? last.context : "nbd";
}

static void
keep (int errnum, char *message, char *text)
{
  pthread_once (&key_once, make_key);
  if (has_key)
    pthread_setspecific (key, &last);
  free_last (&last);
  last.message = message;
  last.text = text;
  last.errnum = errnum;
  last.count++;
}

/* How many errors this thread has had. */
unsigned
nbdi_error_count (void)
{
  return last.count;
}

/* What a number means.  strerror_r of glibc returns a text, which may be in the
 * buffer; that of POSIX fills the buffer and returns a number. */
static const char *
meaning (int errnum, char *buf, size_t size)
{
#ifdef STRERROR_R_CHAR_P
  return strerror_r (errnum, buf, size);
#else
  return strerror_r (errnum, buf, size) == 0 ? buf : "unknown error";
#endif
}

void
nbdi_error (int errnum, const char *fmt, ...)
{
  CLEANUP_FREE char *what = NULL;
  char *text = NULL, *message = NULL;
  char buf[128];
  va_list args;

  va_start (args, fmt);
  if (vasprintf (&what, fmt, args) == -1)
    what = NULL;
  va_end (args);
  if (what != NULL) {
    int r = errnum == 0 ? asprintf (&text, "%s", what)
                        : asprintf (&text, "%s: %s", what,
                                    meaning (errnum, buf, sizeof buf));
    if (r == -1)
      text = NULL;
  }
  if (text != NULL
      && asprintf (&message, "%s: %s", nbdi_context (), text) == -1)
    message = NULL;
  keep (errnum, message, text);
}

/* The error that was found earlier is also the error of the present step. */
void
nbdi_keep_error (void)
{
  last.count++;
}

int
nbdi_last_errno (void)
{
  return last.errnum;
}

/* For an error whose text already ends with the meaning of the number. */
void
nbdi_set_last_errno (int errnum)
{
  last.errnum = errnum;
}

const char *
nbdi_last_text (void)
{
  return last.text ? last.text : "out of memory";
}

const char *
nbd_get_error (void)
{
  return last.message;
}

int
nbd_get_errno (void)
{
  return last.errnum;
}
