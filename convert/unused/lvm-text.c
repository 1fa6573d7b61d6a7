/* SPDX-License-Identifier: MIT */
/* Parse the text of LVM metadata. */
#include <config.h>

#include <string.h>

#include "unused/lvm-text.h"

/* The deepest nesting.  LVM needs no more than five levels. */
#define DEEPEST 16u

enum token { END, WORD, STRING, MARK, BAD };

static bool
is_word (char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
         || (c >= '0' && c <= '9') || (c != '\0' && strchr ("_+.-/@:", c));
}

static bool
is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void
skip_space (struct lvm_text *rest)
{
  while (rest->at < rest->end)
    if (is_space (*rest->at))
      rest->at++;
    else if (*rest->at == '#')
      while (rest->at < rest->end && *rest->at != '\n')
        rest->at++;
    else
      return;
}

/* Read a string, from behind its first quote on. */
static enum token
read_string (struct lvm_text *rest, struct lvm_text *text)
{
  const char *p = rest->at;

  text->at = p;
  while (p < rest->end && *p != '"' && *p != '\0')
    p += *p == '\\' && rest->end - p > 1 ? 2 : 1;
  if (p >= rest->end || *p != '"')
    return BAD;
  text->end = p;
  rest->at = p + 1;
  return STRING;
}

static enum token
next_token (struct lvm_text *rest, struct lvm_text *text)
{
  skip_space (rest);
  *text = (struct lvm_text) { rest->at, rest->at };
  if (rest->at == rest->end)
    return END;
  char c = *rest->at++;
  if (c == '"')
    return read_string (rest, text);
  text->end = rest->at;
  if (c != '\0' && strchr ("{}[]=,", c))
    return MARK;
  if (!is_word (c))
    return BAD;
  while (rest->at < rest->end && is_word (*rest->at))
    rest->at++;
  text->end = rest->at;
  return WORD;
}

static bool
next_is (struct lvm_text *rest, char mark)
{
  struct lvm_text text;

  return next_token (rest, &text) == MARK && *text.at == mark;
}

/* ---- checking ---- */

/* Check a list, from behind its bracket on. */
static bool
list_is_right (struct lvm_text *rest)
{
  struct lvm_text text, before = *rest;

  if (next_is (rest, ']'))
    return true;
  *rest = before;
  for (;;) {
    enum token token = next_token (rest, &text);
    if (token != WORD && token != STRING)
      return false;
    if (next_token (rest, &text) != MARK)
      return false;
    if (*text.at == ']')
      return true;
    if (*text.at != ',')
      return false;
  }
}

static bool
value_is_right (struct lvm_text *rest)
{
  struct lvm_text text;
  enum token token = next_token (rest, &text);

  return token == WORD || token == STRING
         || (token == MARK && *text.at == '[' && list_is_right (rest));
}

bool
lvm_text_is_right (struct lvm_text rest)
{
  struct lvm_text text;
  unsigned depth = 0;

  for (;;) {
    enum token token = next_token (&rest, &text);
    if (token == END)
      return depth == 0;
    if (token == MARK && *text.at == '}' && depth > 0) {
      depth--;
      continue;
    }
    if (token != WORD || next_token (&rest, &text) != MARK)
      return false;
    if (*text.at == '{' ? ++depth > DEEPEST
                        : *text.at != '=' || !value_is_right (&rest))
      return false;
  }
}

/* ---- reading ---- */

/* The text up to the closing brace. *REST continues behind the brace. */
static struct lvm_text
read_section (struct lvm_text *rest)
{
  struct lvm_text text, body = *rest;
  enum token token;
  unsigned depth = 1;

  while (depth > 0 && (token = next_token (rest, &text)) != END) {
    body.end = text.at;
    if (token == MARK && *text.at == '{')
      depth++;
    else if (token == MARK && *text.at == '}')
      depth--;
  }
  return body;
}

static struct lvm_text
read_value (struct lvm_text *rest)
{
  struct lvm_text text, value = *rest;
  enum token token = next_token (rest, &text);

  if (token == MARK) /* a list; lists are not nested */
    do
      token = next_token (rest, &text);
    while (token == WORD || token == STRING
           || (token == MARK && *text.at == ','));
  value.end = rest->at;
  return value;
}

bool
lvm_next (struct lvm_text *rest, struct lvm_item *item)
{
  struct lvm_text mark;

  if (next_token (rest, &item->name) != WORD
      || next_token (rest, &mark) != MARK)
    return false;
  item->is_section = *mark.at == '{';
  item->body = item->is_section ? read_section (rest) : read_value (rest);
  return true;
}

bool
lvm_next_value (struct lvm_text *rest, struct lvm_text *value)
{
  for (;;) {
    enum token token = next_token (rest, value);
    if (token == WORD || token == STRING)
      return true;
    if (token == END)
      return false;
  }
}

static bool
find_one (struct lvm_text body, const char *name, bool is_section,
          struct lvm_text *found)
{
  struct lvm_item item;
  unsigned count = 0;

  while (lvm_next (&body, &item))
    if (lvm_is (item.name, name)) {
      count += item.is_section == is_section ? 1 : 2;
      *found = item.body;
    }
  return count == 1;
}

bool
lvm_section (struct lvm_text body, const char *name, struct lvm_text *section)
{
  return find_one (body, name, true, section);
}

bool
lvm_value (struct lvm_text body, const char *name, struct lvm_text *value)
{
  struct lvm_text list;

  return find_one (body, name, false, &list) && lvm_next_value (&list, value);
}

bool
lvm_number (struct lvm_text body, const char *name, uint64_t *n)
{
  struct lvm_text value;

  return lvm_value (body, name, &value) && lvm_to_number (value, n);
}

/* ---- comparing and converting ---- */

bool
lvm_same (struct lvm_text a, struct lvm_text b)
{
  size_t length = a.end - a.at;

  return length == (size_t) (b.end - b.at)
         && (length == 0 || memcmp (a.at, b.at, length) == 0);
}

bool
lvm_is (struct lvm_text text, const char *word)
{
  return lvm_same (text, (struct lvm_text) { word, word + strlen (word) });
}

bool
lvm_to_number (struct lvm_text text, uint64_t *n)
{
  *n = 0;
  if (text.at == text.end)
    return false;
  for (; text.at < text.end; text.at++)
    if (*text.at < '0' || *text.at > '9'
        || __builtin_mul_overflow (*n, 10u, n)
        || __builtin_add_overflow (*n, (uint64_t) (*text.at - '0'), n))
      return false;
  return true;
}

struct lvm_words
lvm_words (struct lvm_text text)
{
  struct lvm_words words;
  size_t length = text.end - text.at, n = 0;

  for (; n < length && n < LVM_WORDS; n++)
    words.text[n] = text.at[n] < ' ' || text.at[n] > '~' ? '?' : text.at[n];
  strcpy (words.text + n, n < length ? "..." : "");
  return words;
}
