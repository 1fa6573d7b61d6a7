/* SPDX-License-Identifier: MIT */
/* Strings from servers, which may contain any byte but NUL. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

#define INVALID 0xfffd /* the replacement character */

/* Decode one character of UTF-8 and advance behind it.  A byte that does not
 * begin a valid sequence is decoded as INVALID, and only that byte is
 * skipped. */
static unsigned
next_char (const unsigned char **text)
{
  static const struct {
    unsigned char mask, lead;
    unsigned least;
  } forms[] = {
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

/* Whether the character is not shown itself but changes how others are shown:
 * it controls a terminal, the direction of writing or the lines, or has no
 * width.  The joiners U+200C and U+200D do not count, since some languages
 * cannot be written without them. */
static bool
is_deceptive (unsigned c)
{
  static const struct {
    unsigned first, last;
  } ranges[] = {
    { 0x0000, 0x001f }, { 0x007f, 0x009f },   { 0x00ad, 0x00ad },
    { 0x061c, 0x061c }, { 0x200b, 0x200b },   { 0x200e, 0x200f },
    { 0x2028, 0x202e }, { 0x2060, 0x206f },   { 0xfeff, 0xfeff },
    { 0xfff9, 0xfffb }, { 0xe0000, 0xe007f },
  };
  for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
    if (c >= ranges[i].first && c <= ranges[i].last)
      return true;
  return false;
}

size_t
tool_deceptive_length (const char *text)
{
  const unsigned char *begin = (const unsigned char *) text, *p = begin;
  return *p != '\0' && is_deceptive (next_char (&p)) ? p - begin : 0;
}

/* Print an escape of JSON, in units of UTF-16. */
static void
print_escaped (FILE *file, unsigned c)
{
  if (c > 0xffff)
    fprintf (file, "\\u%04x\\u%04x", 0xd7c0 + (c >> 10),
             0xdc00 + (c & 0x3ff));
  else
    fprintf (file, "\\u%04x", c);
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
    else if (is_deceptive (c) || (c == INVALID && p == begin + 1))
      print_escaped (file, c);
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
tool_print_quoted (const char *text)
{
  print_in_quotes (stdout, text);
}

char *
tool_quoted (const char *text)
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
tool_print_plain (const char *text)
{
  print (stdout, text, false);
}
