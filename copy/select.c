/* SPDX-License-Identifier: MIT */
/* A map in JSON, as nbdinfo --map --json prints it, which selects what to
 * copy. */
#include <config.h>

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "nbdcopy.h"

/* The text of the map; NULL after it was parsed. */
static char *text;

static const char *file; /* the map's name in messages */

struct reader {
  const char *file, *text, *at;
  const struct endpoint *from;
  uint64_t length; /* of the copy */
};

/* One element of the list. */
struct entry {
  uint64_t offset, length, type;
  unsigned seen; /* bits: 1 offset, 2 length, 4 type */
  bool unknown;  /* the type is null */
  char description[64];
};

static void bad (const struct reader *r, const char *what)
  __attribute__ ((noreturn));

static void
bad (const struct reader *r, const char *what)
{
  unsigned line = 1;

  for (const char *p = r->text; p < r->at; p++)
    line += *p == '\n';
  tool_fail ("%s:%u: %s; a map is what nbdinfo --map --json prints", r->file,
             line, what);
}

static void
skip_space (struct reader *r)
{
  while (isspace ((unsigned char) *r->at))
    r->at++;
}

static bool
take (struct reader *r, char c)
{
  skip_space (r);
  if (*r->at != c)
    return false;
  r->at++;
  return true;
}

static void
need (struct reader *r, char c)
{
  char what[] = "expected ' '";

  what[10] = c;
  if (!take (r, c))
    bad (r, what);
}

/* Take a string, of which OUT holds the beginning.  An escape becomes the
 * character behind the backslash; names and descriptions that matter here have
 * no escapes. */
static void
take_string (struct reader *r, char *out, size_t room)
{
  size_t n = 0;

  need (r, '"');
  for (; *r->at != '"'; r->at++) {
    if (*r->at == '\0' || *r->at == '\n')
      bad (r, "a string does not end");
    if (*r->at == '\\' && r->at[1] != '\0')
      r->at++;
    if (n + 1 < room)
      out[n++] = *r->at;
  }
  out[n] = '\0';
  r->at++;
}

static uint64_t
take_number (struct reader *r)
{
  char *end;

  skip_space (r);
  if (!isdigit ((unsigned char) *r->at))
    bad (r, "expected a number");
  errno = 0;
  uint64_t n = strtoull (r->at, &end, 10);
  if (errno != 0 || n > INT64_MAX)
    bad (r, "the number is too large");
  r->at = end;
  return n;
}

static void
take_member (struct reader *r, struct entry *e)
{
  char name[32], ignored[8];

  take_string (r, name, sizeof name);
  need (r, ':');
  skip_space (r);
  if (strcmp (name, "description") == 0)
    take_string (r, e->description, sizeof e->description);
  else if (*r->at == '"')
    take_string (r, ignored, sizeof ignored);
  else if (strcmp (name, "type") == 0 && strncmp (r->at, "null", 4) == 0) {
    r->at += 4;
    e->unknown = true;
    e->seen |= 4;
  }
  else {
    uint64_t n = take_number (r);
    if (strcmp (name, "offset") == 0)
      e->offset = n, e->seen |= 1;
    else if (strcmp (name, "length") == 0)
      e->length = n, e->seen |= 2;
    else if (strcmp (name, "type") == 0)
      e->type = n, e->seen |= 4;
  }
}

/* An allocation map distinguishes data from zeroes; in any other map a type
 * that is not 0 marks what to copy.  A range whose type is unknown is copied,
 * since it may have changed. */
static enum kind
kind_of (const struct entry *e)
{
  if (e->unknown || strcmp (e->description, "data") == 0
      || strcmp (e->description, "hole") == 0)
    return DATA;
  if (strcmp (e->description, "zero") == 0
      || strcmp (e->description, "hole,zero") == 0)
    return ZERO;
  return e->type != 0 ? DATA : SKIP;
}

static void
take_entry (struct reader *r, struct extents *seen, struct extents *out)
{
  struct entry e = { .seen = 0 };
  uint64_t least = seen->count ? seen->list[seen->count - 1].end : 0;

  need (r, '{');
  do
    take_member (r, &e);
  while (take (r, ','));
  need (r, '}');
  if (e.seen != 7)
    bad (r, "an extent needs offset, length and type");
  if (e.offset < least)
    bad (r, "extents must be in order and must not overlap");
  /* The map is of the whole source, of which a part may be copied. */
  uint64_t begin = r->from->start, start = e.offset;
  uint64_t end = e.offset + e.length;
  if (end > (uint64_t) r->from->size)
    bad (r, "the extent ends behind the end of the source");
  extents_join (seen, e.offset, end, SKIP);
  if (start < begin)
    start = begin;
  if (end > begin + r->length)
    end = begin + r->length;
  if (start < end)
    extents_push (out, (struct extent) { .start = start - begin,
                                         .end = end - begin,
                                         .kind = kind_of (&e) });
}

void
select_read (const struct options *o)
{
  const char *source = tool_arguments ()[0];
  bool standard = strcmp (o->map, "-") == 0;
  const char *name = standard ? "standard input" : o->map;
  FILE *f = standard ? stdin : fopen (name, "r"), *m;
  char buffer[4096];
  size_t size, n;

  if (standard && source != NULL && strcmp (source, "-") == 0)
    tool_fail ("--map=-: standard input cannot be both the map and the "
               "source");
  if (f == NULL || (m = open_memstream (&text, &size)) == NULL)
    tool_fail ("%s: %m", name);
  while ((n = fread (buffer, 1, sizeof buffer, f)) > 0)
    fwrite (buffer, 1, n, m);
  tool_check_signal ();
  if (ferror (f) || fclose (m) == EOF)
    tool_fail ("%s: %m", name);
  if (!standard)
    fclose (f);
  file = name;
}

int
select_load (void *opaque, const struct endpoint *from, uint64_t length,
             struct extents *out)
{
  struct extents seen = { .count = 0 };
  struct reader r = {
    .file = file,
    .text = text,
    .at = text,
    .from = from,
    .length = length,
  };

  (void) opaque;
  need (&r, '[');
  if (!take (&r, ']')) {
    do
      take_entry (&r, &seen, out);
    while (take (&r, ','));
    need (&r, ']');
  }
  skip_space (&r);
  if (*r.at != '\0')
    bad (&r, "something follows the map");
  extents_free (&seen);
  free (text);
  text = NULL;
  return 0;
}
