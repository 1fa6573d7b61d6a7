/* SPDX-License-Identifier: MIT */
/* Strings from servers, which may hold anything but NUL. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "nbdinfo.h"

#define INVALID 0xfffd          /* the replacement character */

/* Decode one character of UTF-8 and step over it.  A byte that begins no
 * valid sequence is INVALID. */
static unsigned
next_char (const unsigned char **text)
{
  static const struct { unsigned char mask, lead; unsigned least; } forms[] = {
    { 0x80, 0x00, 0 },
    { 0xe0, 0xc0, 0x80 },
    { 0xf0, 0xe0, 0x800 },
    { 0xf8, 0xf0, 0x10000 },
  };
  const unsigned char *p = (*text)++;
  size_t more = 0;
  while (more < 4 && (*p & forms[more].mask) != forms[more].lead)
    more++;
  if (more == 4)
    return INVALID;
  unsigned c = *p & ~forms[more].mask;
  for (size_t i = 1; i <= more; i++) {
    if ((p[i] & 0xc0) != 0x80)
      return INVALID;
    c = c << 6 | (p[i] & 0x3f);
  }
  if (c < forms[more].least || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
    return INVALID;
  *text += more;
  return c;
}

static bool
is_control (unsigned c)
{
  return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

static void
print (FILE *file, const char *text, bool in_quotes)
{
  const unsigned char *p = (const unsigned char *) text;
  while (*p != '\0') {
    const unsigned char *begin = p;
    unsigned c = next_char (&p);
    if (!in_quotes && c == '\t')
      fputc (c, file);
    else if (is_control (c) || (c == INVALID && p == begin + 1))
      fprintf (file, "\\u%04x", c);
    else {
      if (in_quotes && (c == '"' || c == '\\'))
        fputc ('\\', file);
      fwrite (begin, 1, p - begin, file);
    }
  }
}

static void
print_in_quotes (FILE *file, const char *text)
{
  fputc ('"', file);
  print (file, text, true);
  fputc ('"', file);
}

void
print_quoted (const char *text)
{
  print_in_quotes (stdout, text);
}

char *
quoted (const char *text)
{
  char *result;
  size_t size;
  FILE *file = open_memstream (&result, &size);
  if (file == NULL)
    tool_fail ("out of memory");
  print_in_quotes (file, text);
  if (fclose (file) == EOF)
    tool_fail ("out of memory");
  return result;
}

void
print_plain (const char *text)
{
  print (stdout, text, false);
}
