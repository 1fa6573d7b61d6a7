/* SPDX-License-Identifier: MIT */
/* Make problems from descriptions in words. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "inputs.h"
#include "tool.h"

#define GIB (UINT64_C (1) << 30)
#define WORD 32

/* Get the next word of TEXT. *VALUE is the text behind its "=" or "*". */
static bool
next_word (const char **text, char word[WORD], const char **value)
{
  *text += strspn (*text, " ");
  size_t length = strcspn (*text, " ");
  if (length == 0)
    return false;
  CHECK (length < WORD);
  memcpy (word, *text, length);
  word[length] = '\0';
  *text += length;
  char *mark = strpbrk (word, "=*");
  *value = "";
  if (mark != NULL) {
    *mark = '\0';
    *value = mark + 1;
  }
  return true;
}

static bool
is (const char *word, const char *name)
{
  return strcmp (word, name) == 0;
}

static bool
place_by_name (const char *word, enum place *place)
{
  static const char *const places[] = {
    [AT_FILE] = "file", [AT_DEVICE] = "device", [AT_NBD] = "nbd",
    [AT_URL] = "url",   [AT_STREAM] = "stream",
  };
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
    if (is (word, places[i])) {
      *place = i;
      return true;
    }
  return false;
}

static bool
format_by_word (const char *word, enum format *format)
{
  enum format named;
  if (!format_by_name (word, &named) && !is (word, "iso"))
    return false;
  *format = is (word, "iso") ? ISO : named;
  return true;
}

static bool
codec_by_name (const char *word, enum codec_kind *codec)
{
  for (enum codec_kind c = XZ; c < CODECS; c++)
    if (is (word, codec_name (c))) {
      *codec = c;
      return true;
    }
  return false;
}

static void
read_source (const char *text, struct facts *f)
{
  char word[WORD];
  const char *value;
  bool size_hidden = false;
  *f = (struct facts) {
    .access = AT_RANDOM, .users = true, .size = 10 * GIB, .data = 4 * GIB
  };
  while (next_word (&text, word, &value))
    if (codec_by_name (word, &f->codec))
      f->parts = *value != '\0' ? strtoull (value, NULL, 10) : 1;
    else if (is (word, "in-order"))
      f->access = IN_ORDER;
    else if (is (word, "size-hidden"))
      size_hidden = true;
    else if (is (word, "compressed"))
      f->compressed = true;
    else if (is (word, "backed"))
      f->needs_files = true;
    else if (is (word, "doubtful"))
      f->doubtful = true;
    else if (!place_by_name (word, &f->place)
             && !format_by_word (word, &f->format))
      FAIL ("what is \"%s\" of a source?", word);

  bool stream = f->place == AT_STREAM;
  bool raw = format_is_raw (f->format), plain = f->codec == PLAIN;
  if (stream)
    f->access = IN_ORDER;
  f->unpacked = raw ? f->size : f->data;
  f->stored = plain ? f->unpacked : f->unpacked / 4;
  if (stream)
    f->stored = UNKNOWN;
  if (size_hidden || stream || (f->access == IN_ORDER && !plain)) {
    f->unpacked = f->data = UNKNOWN;
    f->size = raw ? UNKNOWN : f->size;
  }
}

static void
read_goal (const char *text, struct problem *p)
{
  char word[WORD];
  const char *value;
  struct goal *g = &p->goal;
  *g = (struct goal) { .size = UNKNOWN,
                       .grows = UNKNOWN,
                       .may_scratch = true,
                       .scratch_room = UNKNOWN };
  while (next_word (&text, word, &value))
    if (is (word, "size"))
      g->size = tool_parse_size (value);
    else if (is (word, "room"))
      g->scratch_room = tool_parse_size (value);
    else if (is (word, "cores"))
      p->rates.cores = strtoul (value, NULL, 10);
    else if (is (word, "compressed"))
      g->compressed = true;
    else if (is (word, "options"))
      g->has_options = true;
    else if (is (word, "needs-size"))
      g->needs_size = true;
    else if (is (word, "gpt"))
      g->partitioned = true;
    else if (is (word, "expand"))
      g->expands = true;
    else if (is (word, "move"))
      g->moves = tool_parse_size (value);
    else if (is (word, "fill"))
      g->fills = true;
    else if (is (word, "reflink"))
      g->may_reflink = true;
    else if (is (word, "checksum"))
      g->must_check_order = true;
    else if (is (word, "verify"))
      g->read_back = true;
    else if (is (word, "rate"))
      g->needs_engine = true;
    else if (is (word, "no-scratch"))
      g->may_scratch = false;
    else if (!place_by_name (word, &g->place)
             && !format_by_word (word, &g->format))
      FAIL ("what is \"%s\" of a goal?", word);
}

struct problem
problem_of (const char *source, const char *goal)
{
  struct problem p = { .table = all_steps,
                       .steps = nr_all_steps,
                       .rates = rates_usual (2) };
  read_source (source, &p.start);
  read_goal (goal, &p);
  p.goal.may_copy_range = p.start.place == AT_FILE && p.goal.place == AT_FILE;
  return p;
}

char *
plan_steps (const struct plan *plan)
{
  char *words = tool_format ("%s", "");
  for (size_t i = 0; i < plan->count; i++) {
    char *longer = tool_format ("%s%s%s", words, i == 0 ? "" : ", ",
                                plan->steps[i].step->name);
    free (words);
    words = longer;
  }
  return words;
}
