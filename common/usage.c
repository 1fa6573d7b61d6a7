/* SPDX-License-Identifier: MIT */
/* The help of a tool, made from its description. */
#include <config.h>

#include <getopt.h>
#include <string.h>

#include "internal.h"

#define SPELLING_MAX 80

const struct tool *tool_self = &(struct tool) { .name = "nbd" };

int
tool_argument_kind (const struct tool_option *row)
{
  if (row->argument == NULL)
    return no_argument;
  return row->argument[0] == '[' ? optional_argument : required_argument;
}

/* Write an option and its argument as the help shows them: "-n N",
 * "-n, --length=N" or "    --map[=CONTEXT]". */
static void
write_spelling (char out[SPELLING_MAX], const struct tool_option *row)
{
  char letter[] = { '-', row->id < TOOL_HELP ? row->id : '?', '\0' };
  int length = strcspn (row->names, " ");
  const char *argument = row->argument ? row->argument : "";
  const char *equals = argument[0] == '\0' ? "" : "=";
  if (length == 0) {
    snprintf (out, SPELLING_MAX, "%s %s", letter, argument);
    return;
  }
  if (tool_argument_kind (row) == optional_argument) {
    equals = "[=";
    argument++;
  }
  if (row->id >= TOOL_HELP)
    snprintf (out, SPELLING_MAX, "    --%.*s%s%s", length, row->names, equals,
              argument);
  else
    snprintf (out, SPELLING_MAX, "%s, --%.*s%s%s", letter, length, row->names,
              equals, argument);
}

/* Print each line of TEXT, indented. */
static void
print_indented (FILE *file, const char *text)
{
  while (*text != '\0') {
    int length = strcspn (text, "\n");
    fprintf (file, "%s%.*s\n", length > 0 ? "    " : "", length, text);
    text += length + (text[length] == '\n');
  }
}

void
tool_print_usage (FILE *file)
{
  fprintf (file, "%s: %s\n\nUsage:\n", tool_self->name, tool_self->summary);
  print_indented (file, tool_self->forms);
  fprintf (file, "\nOptions:\n");
  for (const struct tool_option *row = tool_self->options; row->id; row++) {
    if (row->help == NULL)
      continue;
    char left[SPELLING_MAX];
    write_spelling (left, row);
    const int width = 24;
    if (strlen (left) > (size_t) width)
      fprintf (file, "  %s\n  %*s  %s\n", left, width, "", row->help);
    else
      fprintf (file, "  %-*s  %s\n", width, left, row->help);
  }
  if (tool_self->examples) {
    fprintf (file, "\nExamples:\n");
    print_indented (file, tool_self->examples);
  }
  fprintf (file, "\nThe manual page %s(1) says more.\n", tool_self->name);
}
