/* SPDX-License-Identifier: MIT */
/* Colours on terminals. */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

static enum { AUTOMATIC, NO, YES } choice;

void
tool_choose_colors (bool yes)
{
  choice = yes ? YES : NO;
}

/* NO_COLOR counts when it is set and not empty, as its inventors say. */
static bool
terminal_has_colors (void)
{
  const char *no_color = getenv ("NO_COLOR");
  const char *term = getenv ("TERM");
  return isatty (STDOUT_FILENO) && (no_color == NULL || no_color[0] == '\0')
         && (term == NULL || strcmp (term, "dumb") != 0);
}

bool
tool_colors (void)
{
  if (choice == AUTOMATIC)
    choice = terminal_has_colors () ? YES : NO;
  return choice == YES;
}

void
tool_color (FILE *file, const char *code)
{
  if (tool_colors ())
    fprintf (file, "\033[%sm", code);
}

void
tool_color_reset (FILE *file)
{
  tool_color (file, "0");
}
