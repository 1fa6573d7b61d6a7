/* SPDX-License-Identifier: MIT */
/* Progress, as a bar for people or as lines for programs. */
#include <config.h>

#include <inttypes.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#define REDRAW_MS 100
#define PATIENCE_MS 1000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
  bool on;
  enum tool_progress_kind kind;
  int fd;
  bool terminal;
  bool drawn; /* the bar is on the terminal's line */
  uint64_t done, total;
  int percent;         /* last one shown, or -1 */
  int64_t begin, last; /* when it began, and was drawn, in ms */
  unsigned turn;       /* of the spinner */
} bar;

/* At most 99: tool_progress_end shows 100. */
static int
percentage (uint64_t done, uint64_t total)
{
  if (total == 0)
    return 0;
  int n = done / (total / 100.0);
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

/* Draw the bar with amount, rate, and time left. */
static void
draw (int percent, int64_t now)
{
  char size[TOOL_SIZE_MAX], done[TOOL_SIZE_MAX + 8] = "";
  char rate[TOOL_SIZE_MAX + 8] = "", left[TOOL_SIZE_MAX];
  const char *const fields[] = { done, rate, left, NULL };
  double seconds = (now - bar.begin) / 1000.0;
  double speed = seconds >= 0.5 ? bar.done / seconds : 0;
  if (speed > 0) {
    snprintf (done, sizeof done, " %s", about (size, bar.done));
    snprintf (rate, sizeof rate, ", %s/s", about (size, speed));
  }
  write_left (left, speed);
  tool_draw_bar (percent, bar.turn++, percent == 100, fields);
  bar.drawn = percent < 100;
}

/* Show the progress if that is due: at each new percentage, or on a terminal
 * at intervals. */
static void
show (int percent, bool at_once)
{
  if (bar.kind == TOOL_PROGRESS_FD) {
    if (percent != bar.percent)
      dprintf (bar.fd, "%d/100\n", percent);
  }
  else {
    int64_t now = tool_now_ms ();
    bool patient = bar.kind == TOOL_PROGRESS_PATIENT_BAR;
    if (patient && now - bar.begin < PATIENCE_MS && !at_once)
      return;
    bool due = now - bar.last >= REDRAW_MS;
    if (!at_once && !(bar.terminal ? due : percent != bar.percent))
      return;
    draw (percent, now);
    bar.last = now;
  }
  bar.percent = percent;
}

/* End the bar when the program ends without having done so. */
static void
leave (void)
{
  tool_progress_end (false);
}

void
tool_progress_start (enum tool_progress_kind kind, int fd, uint64_t total)
{
  pthread_mutex_lock (&lock);
  static bool registered;
  bar = (typeof (bar)) {
    .on = true,
    .kind = kind,
    .fd = fd,
    .total = total,
    .percent = -1,
    .terminal = isatty (STDERR_FILENO),
    .begin = tool_now_ms (),
  };
  if (kind == TOOL_PROGRESS_PATIENT_BAR)
    bar.on = bar.terminal;
  else
    show (0, true);
  if (!registered)
    tool_at_end (leave);
  registered = true;
  pthread_mutex_unlock (&lock);
}

void
tool_progress (uint64_t done, uint64_t total)
{
  pthread_mutex_lock (&lock);
  if (bar.on) {
    bar.done = done;
    bar.total = total;
    show (percentage (done, total), false);
  }
  pthread_mutex_unlock (&lock);
}

void
tool_progress_hide (void)
{
  pthread_mutex_lock (&lock);
  if (bar.on && bar.drawn) {
    fputs (bar.terminal ? "\r\033[K" : "\n", stderr);
    bar.drawn = false;
  }
  pthread_mutex_unlock (&lock);
}

void
tool_progress_end (bool complete)
{
  pthread_mutex_lock (&lock);
  bool patient = bar.kind == TOOL_PROGRESS_PATIENT_BAR;
  if (bar.on && patient && bar.drawn)
    fputs ("\r\033[K", stderr);
  else if (bar.on && complete && !patient)
    show (100, true);
  else if (bar.on && bar.drawn)
    fputc ('\n', stderr);
  bar.on = false;
  pthread_mutex_unlock (&lock);
}
