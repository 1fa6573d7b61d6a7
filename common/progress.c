/* SPDX-License-Identifier: MIT */
/* Progress, as a bar for people. */
#include <config.h>

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#define REDRAW_MS 100
#define PATIENCE_MS 1000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
  bool on;
  bool drawn; /* the bar is on the terminal's line */
  uint64_t done, total;
  int64_t begin, last; /* when it began, and was drawn, in ms */
  unsigned turn;       /* of the spinner */
} bar;

/* At most 99: when the work is complete the bar is cleared. */
static int
percentage (void)
{
  if (bar.total == 0)
    return 0;
  int n = bar.done / (bar.total / 100.0);
  return n > 99 ? 99 : n;
}

/* "1.2 GiB" */
static const char *
about (char buffer[TOOL_SIZE_MAX], double size)
{
  static const char *const units[] = {
    "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB",
  };
  size_t i = 0;
  while (size >= 999.5 && i < 6) {
    size /= 1024;
    i++;
  }
  snprintf (buffer, TOOL_SIZE_MAX,
            i > 0 && size < 9.95 ? "%.1f %s" : "%.0f %s", size, units[i]);
  return buffer;
}

/* Write the time left, such as ", 1:20", or nothing if it is not known. */
static void
write_left (char buffer[TOOL_SIZE_MAX], double speed)
{
  buffer[0] = '\0';
  if (speed == 0 || bar.done > bar.total)
    return;
  double left = (bar.total - bar.done) / speed;
  int minutes = left / 60;
  if (left < 3600)
    snprintf (buffer, TOOL_SIZE_MAX, ", %d:%02d", minutes, (int) left % 60);
  else if (left < 360000)
    snprintf (buffer, TOOL_SIZE_MAX, ", %d:%02d:%02d", minutes / 60,
              minutes % 60, (int) left % 60);
}

/* Draw the bar with amount, rate, and time left, if that is due. */
static void
draw (void)
{
  char size[TOOL_SIZE_MAX], done[TOOL_SIZE_MAX + 8] = "";
  char rate[TOOL_SIZE_MAX + 8] = "", left[TOOL_SIZE_MAX];
  const char *const fields[] = { done, rate, left, NULL };
  int64_t now = tool_now_ms (), ms = now - bar.begin;
  if (ms < PATIENCE_MS || now - bar.last < REDRAW_MS)
    return;
  double speed = bar.done * 1000.0 / ms;
  if (speed > 0) {
    snprintf (done, sizeof done, " %s", about (size, bar.done));
    snprintf (rate, sizeof rate, ", %s/s", about (size, speed));
  }
  write_left (left, speed);
  tool_draw_bar (percentage (), bar.turn++, false, fields);
  bar.drawn = true;
  bar.last = now;
}

void
tool_progress_start (void)
{
  static bool registered;
  pthread_mutex_lock (&lock);
  bar = (typeof (bar)) {
    .on = isatty (STDERR_FILENO),
    .begin = tool_now_ms (),
  };
  if (!registered)
    tool_at_end (tool_progress_end);
  registered = true;
  pthread_mutex_unlock (&lock);
}

void
tool_progress (uint64_t done, uint64_t total)
{
  pthread_mutex_lock (&lock);
  bar.done = done;
  bar.total = total;
  if (bar.on)
    draw ();
  pthread_mutex_unlock (&lock);
}

static void
clear (void)
{
  if (bar.drawn)
    fputs ("\r\033[K", stderr);
  bar.drawn = false;
}

void
tool_progress_hide (void)
{
  pthread_mutex_lock (&lock);
  clear ();
  pthread_mutex_unlock (&lock);
}

void
tool_progress_end (void)
{
  pthread_mutex_lock (&lock);
  clear ();
  bar.on = false;
  pthread_mutex_unlock (&lock);
}
