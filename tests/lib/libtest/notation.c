/* SPDX-License-Identifier: MIT */

/* The notation for bytes on the wire: converts text to bytes. */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "notation.h"

#define WORD_MAX 8192

/* One byte of a quoted string; *s is moved past it. */
static char
unescape (const char **s)
{
  const char *p = *s;

  if (*p != '\\' || p[1] == '\0') {
    *s = p + 1;
    return *p;
  }
  if (p[1] == 'x' && isxdigit ((unsigned char) p[2])
      && isxdigit ((unsigned char) p[3])) {
    char hex[3] = { p[2], p[3], '\0' };

    *s = p + 4;
    return strtoul (hex, NULL, 16);
  }
  *s = p + 2;
  return p[1] == 'n' ? '\n' : p[1] == '0' ? '\0' : p[1];
}

bool
notation_word (const char **text, char *word, size_t size, size_t *len)
{
  const char *p = *text;
  size_t n = 0;

  while (isspace ((unsigned char) *p))
    p++;
  *text = p;
  if (*p == '\0' || *p == '#')
    return false;
  if (*p == '"') {
    word[n++] = *p++;
    while (*p != '\0' && *p != '"' && n + 1 < size)
      word[n++] = unescape (&p);
    if (*p == '"')
      p++;
  }
  else {
    while (*p != '\0' && !isspace ((unsigned char) *p) && n + 1 < size)
      word[n++] = *p++;
  }
  word[n] = '\0';
  if (len)
    *len = n;
  *text = p;
  return true;
}

/* One part of a value: a number with an optional unit, or a name. */
static bool
part_value (const char *part, size_t len, const char *prefix, uint64_t *value)
{
  static const char *const prefixes[] = { NULL, "", "NBD_", "NBD_FLAG_" };
  char name[128];
  char *end;

  if (len == 0 || len >= sizeof name - 32)
    return false;
  if (isdigit ((unsigned char) *part)) {
    *value = strtoull (part, &end, 0);
    switch (*end) {
    case 'K':
      *value <<= 10;
      end++;
      break;
    case 'M':
      *value <<= 20;
      end++;
      break;
    case 'G':
      *value <<= 30;
      end++;
      break;
    }
    return end == part + len;
  }
  for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
    const char *first = i == 0 ? prefix : prefixes[i];
    int n = snprintf (name, sizeof name, "%s%.*s", first, (int) len, part);

    if (constant_value (name, n, value))
      return true;
  }
  return false;
}

bool
notation_value (const char *word, const char *prefix, uint64_t *value)
{
  uint64_t v;

  *value = 0;
  for (;;) {
    size_t n = strcspn (word, "|");

    if (!part_value (word, n, prefix, &v))
      return false;
    *value |= v;
    if (word[n] == '\0')
      return true;
    word += n + 1;
  }
}

/* The messages.  The integers at the beginning of the text come in wire order,
 * then the bytes of the rest of the text, whose length is known.  In fields, a
 * digit is the size of an integer that is read from the text, l or L is the
 * length as u32 or u64, m is the magic number. */
struct message {
  const char *name;
  const char *magic;
  const char *fields;
  const char *prefix[4]; /* prefix of the names for each integer */
};

static const struct message messages[] = {
  { "option", "IHAVEOPT", "8m4l", { "NBD_OPT_" } },
  { "option_head", "IHAVEOPT", "8m44", { "NBD_OPT_" } },
  { "reply", "REPLYMAGIC", "8m44l", { "NBD_OPT_", "NBD_REP_" } },
  { "reply_head", "REPLYMAGIC", "8m444", { "NBD_OPT_", "NBD_REP_" } },
  { "request", "REQUEST_MAGIC", "4m22884", { "NBD_CMD_FLAG_", "NBD_CMD_" } },
  { "xrequest",
    "XREQUEST_MAGIC",
    "4m22888",
    { "NBD_CMD_FLAG_", "NBD_CMD_" } },
  { "simple", "SIMPLE_MAGIC", "4m48", { "NBD_" } },
  { "chunk",
    "CHUNK_MAGIC",
    "4m228l",
    { "NBD_REPLY_FLAG_", "NBD_REPLY_TYPE_" } },
  { "chunk_head",
    "CHUNK_MAGIC",
    "4m2284",
    { "NBD_REPLY_FLAG_", "NBD_REPLY_TYPE_" } },
  { "xchunk",
    "XCHUNK_MAGIC",
    "4m2288L",
    { "NBD_REPLY_FLAG_", "NBD_REPLY_TYPE_" } },
  { "xchunk_head",
    "XCHUNK_MAGIC",
    "4m22888",
    { "NBD_REPLY_FLAG_", "NBD_REPLY_TYPE_" } },
};

static char problem[WORD_MAX + 100];

static const char *
complain (const char *what, const char *word)
{
  snprintf (problem, sizeof problem, "%s \"%s\"", what, word);
  return problem;
}

/* Read the next value of the text. */
static const char *
next_value (const char **text, const char *prefix, uint64_t *value)
{
  char word[WORD_MAX];

  if (!notation_word (text, word, sizeof word, NULL))
    return "a value is missing at the end";
  if (!notation_value (word, prefix ?: "", value))
    return complain ("not a value:", word);
  return NULL;
}

static const char *
put_message (struct bytes *out, const struct message *m, const char **text)
{
  const char *const *prefix = m->prefix;
  size_t length_at = 0, length_size = 0;
  uint64_t value;

  for (const char *f = m->fields; *f; f++) {
    unsigned size = *f - '0';

    if (*f == 'l' || *f == 'L') {
      length_size = *f == 'l' ? 4 : 8;
      length_at = out->len;
      put_zero (out, length_size);
    }
    else if (f[1] == 'm') {
      constant_value (m->magic, strlen (m->magic), &value);
      put_uint (out, value, size);
      f++;
    }
    else {
      const char *wrong = next_value (text, *prefix, &value);

      if (wrong)
        return wrong;
      if (*prefix)
        prefix++;
      put_uint (out, value, size);
    }
  }

  size_t payload_at = out->len;
  const char *wrong = notation_bytes (out, *text);
  if (wrong)
    return wrong;
  if (length_size) {
    struct bytes length = { 0 };

    put_uint (&length, out->len - payload_at, length_size);
    memcpy (out->p + length_at, length.p, length_size);
    bytes_free (&length);
  }
  *text = "";
  return NULL;
}

/* A string with its length in front: u32 for "string", u16 for "text". */
static const char *
put_string (struct bytes *out, const char **text, unsigned size)
{
  char word[WORD_MAX];
  size_t len;

  if (!notation_word (text, word, sizeof word, &len) || word[0] != '"')
    return "a quoted string is missing";
  put_uint (out, len - 1, size);
  put_mem (out, word + 1, len - 1);
  return NULL;
}

/* Words that are not messages. */
static const char *
put_simple_word (struct bytes *out, const char *word, const char **text)
{
  uint64_t value, count;
  const char *wrong;

  if (strcmp (word, "string") == 0)
    return put_string (out, text, 4);
  if (strcmp (word, "text") == 0)
    return put_string (out, text, 2);
  if (strcmp (word, "NBDMAGIC") == 0 || strcmp (word, "OLDMAGIC") == 0
      || strcmp (word, "IHAVEOPT") == 0 || strcmp (word, "REPLYMAGIC") == 0) {
    constant_value (word, strlen (word), &value);
    put_uint (out, value, 8);
    return NULL;
  }
  if ((wrong = next_value (text, NULL, &value)) != NULL)
    return wrong;
  if (strcmp (word, "u8") == 0 || strcmp (word, "u16") == 0
      || strcmp (word, "u32") == 0 || strcmp (word, "u64") == 0) {
    put_uint (out, value, atoi (word + 1) / 8);
    return NULL;
  }
  if (strcmp (word, "zero") == 0) {
    put_zero (out, value);
    return NULL;
  }
  if (strcmp (word, "pattern") == 0 || strcmp (word, "fill") == 0) {
    if ((wrong = next_value (text, NULL, &count)) != NULL)
      return wrong;
    if (word[0] == 'p')
      put_pattern (out, value, count);
    else if (count > 0)
      memset (put_space (out, count), value, count);
    return NULL;
  }
  return complain ("unknown word", word);
}

const char *
notation_bytes (struct bytes *out, const char *text)
{
  char word[WORD_MAX];
  size_t len;

  while (notation_word (&text, word, sizeof word, &len)) {
    const struct message *m = NULL;
    const char *wrong;

    if (word[0] == '"') {
      put_mem (out, word + 1, len - 1);
      continue;
    }
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++)
      if (strcmp (word, messages[i].name) == 0)
        m = &messages[i];
    wrong = m ? put_message (out, m, &text)
              : put_simple_word (out, word, &text);
    if (wrong)
      return wrong;
  }
  return NULL;
}

void
notation_vformat (struct bytes *out, const char *fmt, va_list args)
{
  char *text, *line, *rest;
  va_list again;

  va_copy (again, args);
  int len = vsnprintf (NULL, 0, fmt, again);
  va_end (again);
  text = malloc (len + 1);
  if (text == NULL)
    abort ();
  vsnprintf (text, len + 1, fmt, args);
  /* A message ends at the end of its line, so a text can have several
   * messages. */
  rest = text;
  while ((line = strsep (&rest, "\n")) != NULL) {
    const char *wrong = notation_bytes (out, line);

    if (wrong)
      FAIL ("\"%s\": %s", line, wrong);
  }
  free (text);
}

void
notation_format (struct bytes *out, const char *fmt, ...)
{
  va_list args;

  va_start (args, fmt);
  notation_vformat (out, fmt, args);
  va_end (args);
}
