/* SPDX-License-Identifier: MIT */
/* Printing and parsing sizes and numbers. */
#include <config.h>

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "internal.h"

static const char suffixes[] = "KMGTPE";

const char *
tool_human_size (char buffer[TOOL_SIZE_MAX], uint64_t size)
{
  size_t i = 0;
  while (size != 0 && size % 1024 == 0 && suffixes[i] != '\0') {
    size /= 1024;
    i++;
  }
  if (i == 0)
    snprintf (buffer, TOOL_SIZE_MAX, "%" PRIu64, size);
  else
    snprintf (buffer, TOOL_SIZE_MAX, "%" PRIu64 "%c", size, suffixes[i - 1]);
  return buffer;
}

/* The unit that a suffix stands for, or 0. */
static int64_t
unit_of (char letter)
{
  if (letter == '\0' || letter == 'b' || letter == 'B')
    return 1;
  if (letter == 's' || letter == 'S')
    return 512;
  const char *p = strchr (suffixes, toupper ((unsigned char) letter));
  return p ? INT64_C (1) << (10 * (p - suffixes + 1)) : 0;
}

int64_t
tool_parse_size (const char *text)
{
  int64_t value = 0;
  bool overflow = false;
  const char *p = text;
  for (; *p >= '0' && *p <= '9'; p++)
    overflow |= __builtin_mul_overflow (value, 10, &value)
                || __builtin_add_overflow (value, *p - '0', &value);
  int64_t unit = unit_of (*p);
  if (p == text || unit == 0 || (*p != '\0' && p[1] != '\0')) {
    errno = EINVAL;
    return -1;
  }
  if (overflow || __builtin_mul_overflow (value, unit, &value)) {
    errno = ERANGE;
    return -1;
  }
  return value;
}

int64_t
tool_size_argument (const char *option, const char *text)
{
  int64_t value = tool_parse_size (text);
  if (value == -1 && errno == ERANGE)
    tool_usage_error ("%s: %s is more than 2^63-1 bytes", option, text);
  if (value == -1)
    tool_usage_error ("%s: \"%s\" is not a size; a size is a number of "
                      "bytes, or a number and one of k m g t p e, such as "
                      "64k",
                      option, text);
  return value;
}

uint64_t
tool_power_of_two (const char *option, const char *text, uint64_t least,
                   uint64_t most)
{
  uint64_t n = tool_size_argument (option, text);

  if (n < least || n > most || (n & (n - 1)) != 0)
    tool_fail ("%s: it must be a power of two from %" PRIu64 " to %" PRIu64
               ", not %s",
               option, least, most, text);
  return n;
}

int64_t
tool_number_argument (const char *option, const char *text, int64_t min,
                      int64_t max)
{
  int64_t value = 0;
  bool good = *text != '\0';
  for (const char *p = text; good && *p != '\0'; p++)
    good = *p >= '0' && *p <= '9'
           && !__builtin_mul_overflow (value, 10, &value)
           && !__builtin_add_overflow (value, *p - '0', &value);
  if (!good || value < min || value > max)
    tool_usage_error ("%s: \"%s\" is not a number from %" PRIi64
                      " to %" PRIi64,
                      option, text, min, max);
  return value;
}
