/* SPDX-License-Identifier: MIT */
/* Messages that --quiet suppresses. */
#include <config.h>

#include <stdarg.h>
#include <stdlib.h>

#include "convert.h"

void
say (const struct conversion *v, const char *format, ...)
{
  va_list args;

  if (v->o->quiet)
    return;
  va_start (args, format);
  char *text = tool_vformat (format, args);
  va_end (args);
  tool_error ("%s", text);
  free (text);
}
