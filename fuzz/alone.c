/* SPDX-License-Identifier: MIT */

/* The functions of common/ that parts of a tool use, for harnesses that do not
 * link common/. */

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tool.h"

char *
tool_vformat (const char *format, va_list args)
{
  char *text;
  int length = vasprintf (&text, format, args);

  assert (length != -1);
  return length == -1 ? NULL : text;
}

char *
tool_format (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  char *text = tool_vformat (format, args);
  va_end (args);
  return text;
}

void *
tool_alloc (size_t size)
{
  void *p = calloc (1, size);

  assert (p != NULL);
  return p;
}

char *
tool_quoted (const char *text)
{
  char *quoted = tool_format ("\"%s\"", text);

  for (char *p = quoted; *p != '\0'; p++)
    if (*p < ' ' || *p == 0x7f)
      *p = '?';
  return quoted;
}
