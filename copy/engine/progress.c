/* SPDX-License-Identifier: MIT */
/* The progress of a copy, in three forms: a bar for people, lines N/100, or a
 * JSON object each second.  The main thread prints all of them. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <unistd.h>

#include "engine/copy.h"
#include "engine/progress.h"

/* The rate is the average of so many past seconds. */
#define WINDOW 10

static struct {
  enum progress kind;
  bool verify; /* the copy is read back afterwards */
  double began, printed;
  int percent;
  unsigned turns;
  bool terminal, visible;
  FILE *out;
  /* A point for each past second, for the rate. */
  struct {
    double time;
    uint64_t bytes;
  } past[WINDOW];
  unsigned points;
} state;

static uint64_t
done (const struct copy_counts *c)
{
  return c->copied + c->zeroed + c->skipped + c->verified;
}

/* All bytes that were copied, also those that were copied again. */
static uint64_t
moved (const struct copy_counts *c)
{
  return done (c) + c->repeated;
}

static uint64_t
total (const struct copy_counts *c)
{
  if (!c->length_known && c->most != UINT64_MAX)
    return state.verify ? 2 * c->most : c->most;
  if (!c->length_known)
    return 0;
  return state.verify ? 2 * c->length - c->skipped : c->length;
}

/* The percentage, at most 99 before the copy is complete. */
static int
percent (const struct copy_counts *c, bool complete)
{
  uint64_t of = total (c);

  if (complete)
    return 100;
  if (of == 0)
    return 0;
  return MIN (99, (int) (100.0 * done (c) / of));
}

static double
rate (const struct copy_counts *c, double t)
{
  unsigned oldest = state.points > WINDOW ? state.points % WINDOW : 0;

  if (state.points == 0)
    return 0;
  double span = t - state.past[oldest].time;
  return span > 0 ? (moved (c) - state.past[oldest].bytes) / span : 0;
}

static void
remember (const struct copy_counts *c, double t)
{
  unsigned last = (state.points + WINDOW - 1) % WINDOW;

  if (state.points > 0 && t - state.past[last].time < 1)
    return;
  unsigned next = state.points % WINDOW;
  state.past[next].time = t;
  state.past[next].bytes = moved (c);
  state.points++;
}

#define FIELD_MAX 48

/* Write a size with three significant digits: 1.50G. */
static const char *
amount (char buffer[FIELD_MAX], double n)
{
  static const char units[] = "BKMGTPE";
  unsigned i = 0;

  while (n >= 1000 && units[i + 1] != '\0') {
    n /= 1024;
    i++;
  }
  snprintf (buffer, FIELD_MAX,
            i == 0 || n >= 100 ? "%.0f%c"
            : n >= 10          ? "%.1f%c"
                               : "%.2f%c",
            n, units[i]);
  return buffer;
}

static void
write_time (char buffer[FIELD_MAX], uint64_t seconds, const char *what)
{
  unsigned minutes = seconds / 60 % 60, rest = seconds % 60;

  if (seconds >= 3600)
    snprintf (buffer, FIELD_MAX, "  %" PRIu64 ":%02u:%02u%s", seconds / 3600,
              minutes, rest, what);
  else
    snprintf (buffer, FIELD_MAX, "  %u:%02u%s", minutes, rest, what);
}

/* During an outage the bar shows only what the copy waits for. */
static void
print_waiting_bar (const struct copy_counts *c)
{
  char what[2 * FIELD_MAX], since[FIELD_MAX];
  const char *const fields[] = { what, since, NULL };

  snprintf (what, sizeof what, " waiting for the %s",
            c->waits_for->source ? "source" : "destination");
  write_time (since, c->waits_ms / 1000, "");
  tool_draw_bar (percent (c, false), state.turns++, false, fields);
  state.visible = true;
}

/* The fields, which only a terminal shows, are: bytes, rate, time left, and
 * zeroes, which were not copied as data. */
static void
print_bar (const struct copy_counts *c, double t, bool complete, bool ended)
{
  char bytes[FIELD_MAX + 1], speed[FIELD_MAX + 4], left[FIELD_MAX] = "";
  char zeroes[FIELD_MAX + 9], n[FIELD_MAX];
  const char *const fields[] = { bytes, speed, left, zeroes, NULL };
  double r = complete ? done (c) / MAX (t - state.began, 1e-3) : rate (c, t);

  snprintf (bytes, sizeof bytes, " %s", amount (n, done (c)));
  snprintf (speed, sizeof speed, "  %s/s", amount (n, r));
  if (complete)
    write_time (left, t - state.began, "");
  else if (r > 0 && total (c) > done (c))
    write_time (left, (total (c) - done (c)) / r, " left");
  snprintf (zeroes, sizeof zeroes, "  zeroes %s", amount (n, c->zeroed));
  tool_draw_bar (percent (c, complete), state.turns++, ended, fields);
  state.visible = !ended;
}

static void
print_percent (const struct copy_counts *c, bool complete)
{
  int n = percent (c, complete);

  if (n == state.percent)
    return;
  state.percent = n;
  fprintf (state.out, "%d/100\n", n);
  fflush (state.out);
}

static void
print_json (const struct copy_counts *c, double t, const char *status,
            bool complete)
{
  uint64_t of = total (c);
  double r = rate (c, t);

  fprintf (state.out,
           "{ \"status\": \"%s\", \"seconds\": %.3f, "
           "\"copied\": %" PRIu64 ", \"zeroes\": %" PRIu64
           ", \"skipped\": %" PRIu64 ", \"verified\": %" PRIu64
           ", \"unreadable\": %" PRIu64 ", \"repeated\": %" PRIu64
           ", \"rate\": %.0f",
           status, t - state.began, c->copied, c->zeroed, c->skipped,
           c->verified, c->unreadable, c->repeated, r);
  if (c->length_known) {
    fprintf (state.out, ", \"size\": %" PRIu64 ", \"percent\": %d", c->length,
             percent (c, complete));
    if (r > 0 && of > done (c))
      fprintf (state.out, ", \"left\": %.0f", (of - done (c)) / r);
  }
  if (c->waits_for && !complete) {
    char *name = tool_quoted (c->waits_for->name);
    fprintf (state.out, ", \"waiting_for\": %s, \"waiting\": %.3f", name,
             c->waits_ms / 1000.0);
    free (name);
  }
  fputs (" }\n", state.out);
  fflush (state.out);
}

static void
print (const struct copy_counts *c, double t)
{
  if (state.kind == PROGRESS_BAR && c->waits_for)
    print_waiting_bar (c);
  else if (state.kind == PROGRESS_BAR)
    print_bar (c, t, false, false);
  else if (state.kind == PROGRESS_FD)
    print_percent (c, false);
  else
    print_json (c, t, c->verifying ? "verifying" : "copying", false);
}

void
progress_take (struct progress_settings *s, const char *text)
{
  s->kind = PROGRESS_BAR;
  if (text == NULL)
    return;
  s->kind = PROGRESS_FD;
  if (strncmp (text, "json:", 5) == 0) {
    s->kind = PROGRESS_JSON;
    text += 5;
  }
  s->fd = tool_descriptor_argument ("--progress", text);
}

void
progress_name_outputs (const struct progress_settings *s)
{
  if (s->kind == PROGRESS_FD || s->kind == PROGRESS_JSON)
    tool_output_descriptor ("--progress", s->fd);
}

void
progress_begin (const struct progress_settings *s, bool verify,
                const struct copy *copy)
{
  struct copy_counts c = copy_counts (copy);

  state.kind = s->kind;
  state.verify = verify;
  state.points = 0;
  if (s->kind == NO_PROGRESS)
    return;
  state.percent = -1;
  state.began = state.printed = tool_now ();
  state.terminal = isatty (STDERR_FILENO);
  if (s->kind != PROGRESS_BAR) {
    state.out = fdopen (s->fd, "w");
    if (state.out == NULL)
      tool_fail ("--progress: cannot write to descriptor %d: %m", s->fd);
  }
  remember (&c, state.began);
  print (&c, state.began);
}

void
progress_tick (const struct copy *copy)
{
  double t, period = state.kind == PROGRESS_JSON ? 1 : 0.1;

  if (state.kind == NO_PROGRESS)
    return;
  struct copy_counts c = copy_counts (copy);
  t = tool_now ();
  remember (&c, t);
  if (t - state.printed < period)
    return;
  state.printed = t;
  print (&c, t);
}

void
progress_hide (void)
{
  if (!state.visible)
    return;
  fputs (state.terminal ? "\r\033[K" : "\n", stderr);
  state.visible = false;
}

void
progress_message (void *opaque, const char *text)
{
  (void) opaque;
  progress_hide ();
  tool_error ("%s", text);
}

void
progress_end (const struct copy *copy, bool complete)
{
  struct copy_counts c = copy_counts (copy);

  if (state.kind == NO_PROGRESS)
    return;
  if (state.kind == PROGRESS_BAR && complete)
    print_bar (&c, tool_now (), true, true);
  else if (state.kind == PROGRESS_BAR)
    progress_hide ();
  else if (state.kind == PROGRESS_JSON)
    print_json (&c, tool_now (),
                !complete          ? "failed"
                : c.unreadable > 0 ? "incomplete"
                                   : "complete",
                complete);
  else if (complete)
    print_percent (&c, true);
}
