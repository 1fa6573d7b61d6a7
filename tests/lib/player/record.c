/* SPDX-License-Identifier: MIT */

/* The closures of a play.  Each call writes one line into the log. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "notation.h"
#include "play.h"

void
play_event (struct play *p, const char *fmt, ...)
{
  char text[4096];
  va_list args;

  va_start (args, fmt);
  vsnprintf (text, sizeof text, fmt, args);
  va_end (args);
  if (p->nr_events == MAX_EVENTS)
    PLAY_FAIL (p, "too many events");
  p->events[p->nr_events] = strdup (text);
  if (p->events[p->nr_events++] == NULL)
    abort ();
}

/* No middle closure may run after the completion. */
static struct play *
in_the_middle (struct command *c)
{
  if (c->completed || c->middle_freed)
    PLAY_FAIL (c->play, "a callback of command %d ran after its end",
               (int) c->cookie);
  return c->play;
}

static void
free_middle (void *opaque)
{
  struct command *c = opaque;

  /* Only a pending option is freed without a completion, by nbd_close. */
  if (c->cookie && !c->completed && !c->issuing)
    PLAY_FAIL (c->play, "a closure was freed before the completion ran");
  c->middle_freed++;
}

static void
free_completion (void *opaque)
{
  struct command *c = opaque;

  if (c->has_middle && !c->middle_freed)
    PLAY_FAIL (c->play, "completion was freed before the other closure");
  c->completion_freed++;
}

static int
on_completion (void *opaque, int *error)
{
  struct command *c = opaque;

  c->completed++;
  c->error = *error;
  if (c->completion_freed)
    PLAY_FAIL (c->play, "completion was called after its free");
  if (c->cookie)
    play_event (c->play, "complete %d %s", (int) c->cookie,
                errno_name (*error));
  else
    play_event (c->play, "option %s", errno_name (*error));
  return 0;
}

nbd_completion_callback
record_completion (struct command *c)
{
  return (nbd_completion_callback) { .callback = on_completion,
                                     .user_data = c,
                                     .free = free_completion };
}

static int
on_chunk (void *opaque, const void *subbuf, size_t count, uint64_t offset,
          unsigned status, int *error)
{
  struct command *c = opaque;
  struct play *p = in_the_middle (c);
  const uint8_t *place = c->buf + (offset - c->offset);

  if (offset < c->offset || offset - c->offset + count > c->count)
    PLAY_FAIL (p, "chunk outside the request: %zu bytes at %ju", count,
               (uintmax_t) offset);
  if (subbuf != place)
    PLAY_FAIL (p, "chunk data is not in the caller's buffer");
  switch (status) {
  case LIBNBD_READ_DATA:
    play_event (p, "chunk %d data %ju %zu", (int) c->cookie,
                (uintmax_t) offset, count);
    break;
  case LIBNBD_READ_HOLE:
    for (size_t i = 0; i < count; i++)
      if (place[i] != 0)
        PLAY_FAIL (p, "byte %zu of a hole is not zero", i);
    play_event (p, "chunk %d hole %ju %zu", (int) c->cookie,
                (uintmax_t) offset, count);
    break;
  case LIBNBD_READ_ERROR:
    play_event (p, "chunk %d error %ju %s", (int) c->cookie,
                (uintmax_t) offset, errno_name (*error));
    if (count != 0)
      PLAY_FAIL (p, "an error chunk has %zu bytes", count);
    break;
  default: PLAY_FAIL (p, "chunk of unknown status %u", status);
  }
  return 0;
}

nbd_chunk_callback
record_chunk (struct command *c)
{
  c->has_middle = true;
  return (nbd_chunk_callback) { .callback = on_chunk,
                                .user_data = c,
                                .free = free_middle };
}

/* Write the log line of either extent callback. */
static void
extents_event (struct command *c, const char *metacontext, uint64_t offset,
               const nbd_extent *entries, size_t n)
{
  char text[2048] = "";
  size_t used = 0;

  for (size_t i = 0; i < n && used < sizeof text - 50; i++)
    used += sprintf (text + used, " %ju:%ju", (uintmax_t) entries[i].length,
                     (uintmax_t) entries[i].flags);
  play_event (in_the_middle (c), "extents %d \"%s\" %ju%s", (int) c->cookie,
              metacontext, (uintmax_t) offset, text);
}

static int
on_extent (void *opaque, const char *metacontext, uint64_t offset,
           uint32_t *entries, size_t nr_entries, int *error)
{
  struct command *c = opaque;
  nbd_extent wide[64];
  size_t n = 0;

  (void) error;
  if (nr_entries % 2 != 0 || nr_entries / 2 > 64)
    PLAY_FAIL (c->play, "extent callback with %zu entries", nr_entries);
  for (; n < nr_entries / 2; n++)
    wide[n] = (nbd_extent) { entries[2 * n], entries[2 * n + 1] };
  extents_event (c, metacontext, offset, wide, n);
  return 0;
}

nbd_extent_callback
record_extent (struct command *c)
{
  c->has_middle = true;
  return (nbd_extent_callback) { .callback = on_extent,
                                 .user_data = c,
                                 .free = free_middle };
}

static int
on_extent64 (void *opaque, const char *metacontext, uint64_t offset,
             nbd_extent *entries, size_t nr_entries, int *error)
{
  (void) error;
  extents_event (opaque, metacontext, offset, entries, nr_entries);
  return 0;
}

nbd_extent64_callback
record_extent64 (struct command *c)
{
  c->has_middle = true;
  return (nbd_extent64_callback) { .callback = on_extent64,
                                   .user_data = c,
                                   .free = free_middle };
}

static int
on_list (void *opaque, const char *name, const char *description)
{
  play_event (in_the_middle (opaque), "list \"%s\" \"%s\"", name,
              description);
  return 0;
}

nbd_list_callback
record_list (struct command *c)
{
  c->has_middle = true;
  return (nbd_list_callback) { .callback = on_list,
                               .user_data = c,
                               .free = free_middle };
}

static int
on_context (void *opaque, const char *name)
{
  play_event (in_the_middle (opaque), "context \"%s\"", name);
  return 0;
}

nbd_context_callback
record_context (struct command *c)
{
  c->has_middle = true;
  return (nbd_context_callback) { .callback = on_context,
                                  .user_data = c,
                                  .free = free_middle };
}
