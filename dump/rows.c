/* SPDX-License-Identifier: MIT */
/* Rows of hexadecimal numbers and characters. */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "nbddump.h"

#define WIDTH 16

static struct {
  uint64_t offset; /* of the row that is being filled */
  uint64_t disk_size;
  unsigned char bytes[WIDTH];
  size_t filled;
  unsigned char last[WIDTH]; /* the row before */
  bool has_last;             /* there is one */
  bool squashed;             /* "*" was printed for rows that repeat it */
} rows;

void
rows_begin (uint64_t offset, uint64_t disk_size)
{
  rows.offset = offset;
  rows.disk_size = disk_size;
}

static bool
is_letter_or_digit (unsigned char c)
{
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
         || (c >= 'A' && c <= 'Z');
}

static bool
is_printable (unsigned char c)
{
  return c >= 0x20 && c < 0x7f;
}

/* How many columns a row of N bytes leaves empty. */
static int
missing_columns (size_t n)
{
  return 3 * (WIDTH - n) + (n < 8);
}

static void
print_colored (const unsigned char *row, size_t n)
{
  tool_color (stdout, TOOL_GREEN);
  printf ("%010" PRIx64, rows.offset);
  tool_color (stdout, TOOL_GREY);
  fputs (": ", stdout);
  for (size_t i = 0; i < n; i++) {
    tool_color (stdout, row[i] ? TOOL_BLUE : TOOL_GREY);
    printf ("%02x %s", row[i], i == 7 ? " " : "");
  }
  tool_color (stdout, TOOL_GREY);
  printf ("%*s│", missing_columns (n), "");
  for (size_t i = 0; i < n; i++) {
    tool_color (stdout, !is_printable (row[i])        ? TOOL_GREY
                        : is_letter_or_digit (row[i]) ? TOOL_BRIGHT_RED
                                                      : TOOL_MAGENTA);
    if (is_printable (row[i]))
      putchar (row[i]);
    else
      fputs ("·", stdout);
  }
  tool_color (stdout, TOOL_GREY);
  printf ("%*s│\n", (int) (WIDTH - n), "");
  tool_color_reset (stdout);
}

/* This does not use printf for each byte, since it makes most of the output and
 * has to be fast. */
static void
print_plain (const unsigned char *row, size_t n)
{
  static const char digits[] = "0123456789abcdef";
  char line[3 * WIDTH + 1 + 1 + WIDTH + 2];
  memset (line, ' ', sizeof line);
  char *p = line;
  for (size_t i = 0; i < n; i++) {
    *p++ = digits[row[i] >> 4];
    *p++ = digits[row[i] & 15];
    p += i == 7 ? 2 : 1;
  }
  p = line + 3 * WIDTH + 1;
  *p++ = '|';
  for (size_t i = 0; i < n; i++)
    p[i] = is_printable (row[i]) ? row[i] : '.';
  p[WIDTH] = '|';
  p[WIDTH + 1] = '\n';
  printf ("%010" PRIx64 ": ", rows.offset);
  fwrite (line, 1, sizeof line, stdout);
}

/* Print the row that was filled, and begin the next.  What a short row lacks is
 * compared as zeroes. */
static void
end_row (void)
{
  size_t n = rows.filled;
  memset (rows.bytes + n, 0, WIDTH - n);
  bool same = rows.has_last && memcmp (rows.bytes, rows.last, WIDTH) == 0;
  if (same && rows.offset + n < rows.disk_size) {
    if (!rows.squashed)
      fputs (tool_colors () ? "☆\n" : "*\n", stdout);
    rows.squashed = true;
  }
  else {
    if (tool_colors ())
      print_colored (rows.bytes, n);
    else
      print_plain (rows.bytes, n);
    memcpy (rows.last, rows.bytes, WIDTH);
    rows.has_last = true;
    rows.squashed = false;
  }
  rows.offset += n;
  rows.filled = 0;
}

void
rows_add (const unsigned char *data, size_t length)
{
  while (length > 0) {
    size_t n = WIDTH - rows.filled;
    if (n > length)
      n = length;
    memcpy (rows.bytes + rows.filled, data, n);
    rows.filled += n;
    data += n;
    length -= n;
    if (rows.filled == WIDTH)
      end_row ();
  }
}

void
rows_add_zeroes (uint64_t length)
{
  static const unsigned char zeroes[WIDTH];
  while (length > 0) {
    /* All rows but the last one repeat the row before, so skip them. */
    if (rows.filled == 0 && rows.squashed && length > WIDTH
        && memcmp (rows.last, zeroes, WIDTH) == 0) {
      uint64_t skipped = (length - 1) / WIDTH * WIDTH;
      rows.offset += skipped;
      length -= skipped;
    }
    size_t n = WIDTH - rows.filled;
    if (n > length)
      n = length;
    rows_add (zeroes, n);
    length -= n;
  }
}

void
rows_end (void)
{
  if (rows.filled > 0)
    end_row ();
}
