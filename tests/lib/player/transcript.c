/* SPDX-License-Identifier: MIT */

/* Reads transcripts. */

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "notation.h"
#include "transcript.h"

static const struct {
  const char *mark;
  enum step_kind kind;
} marks[] = {
  { "set ", STEP_SET },
  { "handshake ", STEP_HANDSHAKE },
  { "S: close", STEP_SERVER_CLOSES },
  { "S:", STEP_SERVER },
  { "C:", STEP_CLIENT },
  { "!", STEP_ACTION },
  { "=>", STEP_EXPECT },
};

/* Whether the line has nothing but spaces and a comment. */
static bool
is_blank (const char *line)
{
  while (isspace ((unsigned char) *line))
    line++;
  return *line == '\0' || *line == '#';
}

static void
add_step (struct transcript *t, int line, const char *text)
{
  struct step step = { .line = line };
  const char *wrong = "the line begins with no known mark";

  for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
    size_t n = strlen (marks[i].mark);

    if (strncmp (text, marks[i].mark, n) == 0) {
      step.kind = marks[i].kind;
      text += n;
      wrong = NULL;
      break;
    }
  }
  if (wrong == NULL && (step.kind == STEP_SERVER || step.kind == STEP_CLIENT))
    wrong = notation_bytes (&step.bytes, text);
  if (wrong)
    check_fail (t->path, line, "%s", wrong);

  step.text = strdup (text);
  t->steps = realloc (t->steps, (t->nr_steps + 1) * sizeof step);
  if (step.text == NULL || t->steps == NULL)
    abort ();
  t->steps[t->nr_steps++] = step;
}

void
transcript_read (struct transcript *t, const char *path)
{
  FILE *file = fopen (path, "r");
  char *line = NULL, *text = NULL;
  size_t size = 0, used = 0;
  ssize_t n;

  *t = (struct transcript) { .path = path };
  if (file == NULL)
    check_fail (path, 0, "%s", strerror (errno));
  for (int nr = 1; (n = getline (&line, &size, file)) != -1; nr++) {
    if (n > 0 && line[n - 1] == '\n')
      line[--n] = '\0';
    bool more = n > 0 && line[n - 1] == '\\';

    if (more)
      line[--n] = '\0';
    text = realloc (text, used + n + 1);
    if (text == NULL)
      abort ();
    memcpy (text + used, line, n + 1);
    used += n;
    if (more)
      continue;
    if (!is_blank (text))
      add_step (t, nr, text);
    used = 0;
  }
  free (text);
  free (line);
  fclose (file);
  if (used > 0 || t->nr_steps == 0)
    check_fail (path, 0,
                "the transcript is empty or its last line continues");
}

void
transcript_free (struct transcript *t)
{
  for (size_t i = 0; i < t->nr_steps; i++) {
    free (t->steps[i].text);
    bytes_free (&t->steps[i].bytes);
  }
  free (t->steps);
  *t = (struct transcript) { 0 };
}
