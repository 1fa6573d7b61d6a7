/* SPDX-License-Identifier: MIT */
/* The functions of the tool that the engine calls: for messages, and at
 * intervals.  And stopping a copy. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/copy.h"

static void
message (struct copy *c, const char *format, va_list args)
{
  char *text;

  if (vasprintf (&text, format, args) == -1)
    return;
  pthread_mutex_lock (&c->message_lock);
  c->events.message (c->events.opaque, text);
  pthread_mutex_unlock (&c->message_lock);
  free (text);
}

static void
make_readable (int fd)
{
  uint64_t one = 1;

  if (write (fd, &one, sizeof one) == -1) {
    /* It is readable already. */
  }
}

void
copy_wake (struct copy *c)
{
  make_readable (c->events.wake_fd);
}

bool
copy_stop (struct copy *c, enum stop why)
{
  int none = GOING_ON;

  if (!atomic_compare_exchange_strong (&c->stop, &none, why))
    return false;
  make_readable (c->stop_fd);
  copy_wake (c);
  return true;
}

void
copy_interrupt (struct copy *c)
{
  copy_stop (c, INTERRUPTED);
}

/* A failure after a signal may be caused by it, so no message is printed. */
void
copy_fail (struct copy *c, const char *format, ...)
{
  enum stop why = tool_signal != 0 ? INTERRUPTED : FAILED;
  int error = errno; /* of the message, if that has %m */
  va_list args;

  if (!copy_stop (c, why) || why == INTERRUPTED)
    return;
  va_start (args, format);
  errno = error;
  message (c, format, args);
  va_end (args);
}

void
copy_warn (struct copy *c, const char *format, ...)
{
  va_list args;

  if (c->events.quiet)
    return;
  va_start (args, format);
  message (c, format, args);
  va_end (args);
}

const struct endpoint *
copy_away (const struct copy *c, int64_t *ms)
{
  const struct endpoint *const sides[] = { c->from, c->to }, *away = NULL;

  *ms = 0;
  for (int i = 0; i < 2; i++) {
    const struct endpoint *e = sides[i];
    int64_t since = e && e->ops->away_ms ? e->ops->away_ms (e) : 0;
    if (since > *ms) {
      *ms = since;
      away = e;
    }
  }
  return away;
}

/* Print a message if an outage is long.  A short one is only told of when it is
 * over. */
static void
tell_of_outage (struct copy *c)
{
  int64_t ms;
  const struct endpoint *away = copy_away (c, &ms);

  if (away != NULL && ms >= TELL_MS && !c->told_of_outage)
    copy_warn (c,
               "%s: the connection was lost %" PRIi64 " seconds ago; waiting "
               "for the server",
               away->name, ms / 1000);
  c->told_of_outage = away != NULL && ms >= TELL_MS;
}

int
copy_tick_ms (const struct copy *c)
{
  int ms = c->events.tick_ms;
  return ms < 0 ? LOOK_MS : MIN (ms, LOOK_MS);
}

bool
copy_tick (struct copy *c)
{
  uint64_t count;

  if (read (c->events.wake_fd, &count, sizeof count) == -1) {
    /* Nothing happened. */
  }
  c->events.tick (c->events.opaque);
  tell_of_outage (c);
  return c->stop != GOING_ON;
}
