/* SPDX-License-Identifier: MIT */
/* What is told unless the user wants it quiet. */
#include <config.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "convert.h"

void
say (const struct conversion *v, const char *format, ...)
{
  va_list args;
  char *text;

  if (v->o->quiet)
    return;
  va_start (args, format);
  if (vasprintf (&text, format, args) != -1) {
    tool_error ("%s", text);
    free (text);
  }
  va_end (args);
}
