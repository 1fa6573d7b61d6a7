/* SPDX-License-Identifier: MIT */
/* What the tool hears of: messages, and the time to look at its signals.  And
 * stopping, which is heard by all. */
#include <config.h>

#include <errno.h>
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

bool
copy_is_stopping (const struct copy *c)
{
  return c->stop != GOING_ON;
}

int
copy_stop_fd (const struct copy *c)
{
  return c->stop_fd;
}

/* What fails after a signal may fail because of it. */
void
copy_fail (struct copy *c, const char *format, ...)
{
  enum stop why = tool_signal != 0 ? INTERRUPTED : FAILED;
  va_list args;

  if (!copy_stop (c, why) || why == INTERRUPTED)
    return;
  va_start (args, format);
  message (c, format, args);
  va_end (args);
}

void
copy_warn (struct copy *c, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  message (c, format, args);
  va_end (args);
}

bool
copy_tick (struct copy *c)
{
  uint64_t count;

  if (read (c->events.wake_fd, &count, sizeof count) == -1) {
    /* Nothing happened. */
  }
  c->events.tick (c->events.opaque);
  return c->stop != GOING_ON;
}
