/* SPDX-License-Identifier: MIT */
/* One line of a progress bar, which fits into the terminal. */
#include <config.h>

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "internal.h"

#define CELLS_MOST 40
#define CELLS_LEAST 10

/* Columns of "▝ 100%", and of " []" around the cells. */
#define PERCENT_COLUMNS 6
#define FRAME_COLUMNS 3
/* If the terminal does not say how wide it is. */
#define USUAL_COLUMNS 80

static const char *
spinner (int percent, unsigned turn)
{
  static const char *const signs[] = {
    "▝", "▐", "▗", "▃", "▖", "▍", "▘", "▀",
  };
  return percent == 100 ? "█" : signs[turn % 8];
}

/* Count the first fields that fit into ROOM columns, and return how many
 * columns they take. */
static int
fit (const char *const *fields, int room, size_t *count)
{
  int columns = 0;
  for (*count = 0; fields[*count] != NULL; ++*count) {
    int more = strlen (fields[*count]);
    if (columns + more > room)
      break;
    columns += more;
  }
  return columns;
}

/* What does not fit is left out, in this order: the last fields, the bar
 * (which is made shorter first), the spinner, the percentage.  In less than
 * four columns only the spinner is shown. */
void
tool_bar_line (char line[TOOL_BAR_MAX], int columns, int percent,
               unsigned turn, const char *const *fields)
{
  /* Some terminals begin a new line behind the last column. */
  int room = columns > 1 ? columns - 1 : 1;
  int bar = room - PERCENT_COLUMNS - FRAME_COLUMNS;
  if (bar < CELLS_LEAST) {
    const char *sign = room >= PERCENT_COLUMNS || room < 4
                         ? spinner (percent, turn)
                         : "";
    int length = snprintf (line, TOOL_BAR_MAX, "%s", sign);
    if (room >= 4)
      snprintf (line + length, TOOL_BAR_MAX - length, "%s%3d%%",
                length > 0 ? " " : "", percent);
    return;
  }
  size_t count;
  int cells = bar - fit (fields, bar - CELLS_LEAST, &count);
  if (cells > CELLS_MOST)
    cells = CELLS_MOST;
  char stars[CELLS_MOST + 1];
  memset (stars, '-', cells);
  memset (stars, '*', percent * cells / 100);
  stars[cells] = '\0';
  int length = snprintf (line, TOOL_BAR_MAX, "%s %3d%% [%s]",
                         spinner (percent, turn), percent, stars);
  for (size_t i = 0; i < count; i++)
    length += snprintf (line + length, TOOL_BAR_MAX - length, "%s",
                        fields[i]);
}

/* This is asked each time, since the size of a window can change. */
static int
terminal_columns (void)
{
  struct winsize size;
  if (ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return USUAL_COLUMNS;
}

void
tool_draw_bar (int percent, unsigned turn, bool ended,
               const char *const *fields)
{
  static const char *const none[] = { NULL };
  char line[TOOL_BAR_MAX];
  bool terminal = isatty (STDERR_FILENO);
  tool_bar_line (line, terminal ? terminal_columns () : USUAL_COLUMNS,
                 percent, turn, terminal ? fields : none);
  flockfile (stderr);
  fprintf (stderr, "%s%s%c", line, terminal ? "\033[K" : "",
           ended ? '\n' : '\r');
  fflush (stderr);
  funlockfile (stderr);
}
