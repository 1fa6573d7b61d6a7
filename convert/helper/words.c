/* SPDX-License-Identifier: MIT */
/* Collect the arguments of a command. */
#include <config.h>

#include <stdarg.h>
#include <stdlib.h>

#include "helper/words.h"
#include "tool.h"

void
words_add (struct words *w, const char *word)
{
  if (w->count == MOST_WORDS)
    abort ();
  w->list[w->count++] = word;
}

void
words_format (struct words *w, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  char *text = tool_vformat (format, args);
  va_end (args);
  w->made[w->nr_made++] = text;
  words_add (w, text);
}

void
words_free (struct words *w)
{
  for (size_t i = 0; i < w->nr_made; i++)
    free (w->made[i]);
  w->count = w->nr_made = 0;
}
