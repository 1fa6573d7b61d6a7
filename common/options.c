/* SPDX-License-Identifier: MIT */
/* The description of a tool: command line, help, lists for completion. */
#include <config.h>

#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* Options that need no row.  They exist for completion. */
enum { LONG_OPTIONS = 0x10000, SHORT_OPTIONS, OPTION_WORDS };

static struct {
  int argc;
  char **argv;
  struct option *longs;
  size_t nr_longs;
  char *shorts;
  bool masked;
} parser;

/* Call FUNCTION for each word of NAMES. */
static void
each_name (const struct tool_option *row,
           void (*function) (const struct tool_option *row, const char *name,
                             size_t length))
{
  const char *name = row->names;
  while (*name != '\0') {
    size_t length = strcspn (name, " ");
    function (row, name, length);
    name += length + strspn (name + length, " ");
  }
}

static void
add_long (const struct tool_option *row, const char *name, size_t length)
{
  size_t count = parser.nr_longs++;
  parser.longs = realloc (parser.longs, (count + 2) * sizeof *parser.longs);
  char *copy = strndup (name, length);
  if (parser.longs == NULL || copy == NULL)
    tool_fail ("out of memory");
  parser.longs[count] = (struct option) {
    .name = copy,
    .has_arg = tool_argument_kind (row),
    .val = row->id,
  };
  parser.longs[count + 1] = (struct option) { .name = NULL };
}

/* Options of a server in brackets belong to that server.  They get another
 * first character while getopt runs, so that getopt does not take them for
 * options of the tool. */
#define MASK '\001'

static void
mask_brackets (bool mask)
{
  bool inside = false;
  for (int i = 1; i < parser.argc; i++) {
    char **word = &parser.argv[i];
    if (mask && inside && (*word)[0] == '-')
      *word = tool_format ("%c%s", MASK, *word);
    else if (!mask && (*word)[0] == MASK && (*word)[1] == '-')
      ++*word;
    if (strcmp (*word, inside ? "]" : "[") == 0)
      inside = !inside;
  }
  parser.masked = mask;
}

static void
free_parser (void)
{
  for (struct option *o = parser.longs; o->name != NULL; o++)
    free ((char *) o->name);
  free (parser.longs);
  free (parser.shorts);
  memset (&parser, 0, sizeof parser);
}

/* Open each closed standard descriptor so that its use fails, as if it were
 * still closed.  open returns its number, since all lower ones are open. */
static void
open_standard_descriptors (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) == -1
        && open ("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) == -1)
      _exit (EXIT_FAILURE);
}

void
tool_start (const struct tool *tool, int argc, char **argv)
{
  static const struct tool_option hidden[] = {
    { LONG_OPTIONS, "long-options", NULL, NULL },
    { SHORT_OPTIONS, "short-options", NULL, NULL },
    { OPTION_WORDS, "option-words", "OPTION", NULL },
  };

  open_standard_descriptors ();
  tool_self = tool;
  parser.argc = argc;
  parser.argv = argv;
  tool_prepare_end ();

  size_t rows = 0;
  while (tool->options[rows].id != 0)
    rows++;
  parser.shorts = tool_alloc (1 + 3 * rows + 1);
  char *p = parser.shorts;
  if (tool->stops_at_argument)
    *p++ = '+';
  for (size_t i = 0; i < rows; i++) {
    const struct tool_option *row = &tool->options[i];
    each_name (row, add_long);
    if (row->id >= TOOL_HELP)
      continue;
    *p++ = row->id;
    for (int n = tool_argument_kind (row); n > 0; n--)
      *p++ = ':';
  }
  for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
    each_name (&hidden[i], add_long);
  atexit (free_parser);
  if (!tool->stops_at_argument)
    mask_brackets (true);
  /* getopt begins its messages with argv[0]; let that be the tool's name. */
  argv[0] = (char *) tool->name;
}

static void
print_long (const struct tool_option *row, const char *name, size_t length)
{
  (void) row;
  printf ("--%.*s\n", (int) length, name);
}

static void
list_options (bool longs)
{
  for (const struct tool_option *row = tool_self->options; row->id; row++) {
    if (longs)
      each_name (row, print_long);
    else if (row->id < TOOL_HELP)
      printf ("-%c\n", row->id);
  }
}

static void
print_words (int id)
{
  const struct tool_words *w = tool_self->words;
  while (w != NULL && w->id != 0 && w->id != id)
    w++;
  if (w == NULL || w->id == 0)
    return;
  for (const char *p = w->words; *p != '\0'; p++)
    putchar (*p == ' ' ? '\n' : *p);
  putchar ('\n');
}

/* Print the words that may follow an option, spelled like "--can" or "--map=".
 * An optional argument has to be joined by "=". */
static void
list_words (const char *spelling)
{
  bool letter = spelling[0] == '-' && spelling[1] != '-';
  const char *name = spelling + strspn (spelling, "-");
  size_t length = strcspn (name, "=");
  bool joined = name[length] == '=';
  for (const struct option *o = parser.longs; o->name != NULL; o++)
    if (!letter && strncmp (o->name, name, length) == 0
        && o->name[length] == '\0'
        && o->has_arg >= (joined ? required_argument : no_argument)
        && (joined || o->has_arg != optional_argument))
      print_words (o->val);
  for (const struct tool_option *row = tool_self->options; row->id; row++)
    if (letter && row->id == name[0] && length == 1 && !joined
        && tool_argument_kind (row) == required_argument)
      print_words (row->id);
}

/* Print two lines; scripts take the second word of either. */
static void
print_version (void)
{
  printf ("%s %s (%s)\n", tool_self->name, API_VERSION, PACKAGE_STRING);
  if (tool_self->short_version)
    return;
  struct nbd_handle *h = tool_create (NULL, NULL, NULL);
  const char *version = nbd_get_version (h);
  const char *extra = nbd_get_version_extra (h);
  if (version == NULL)
    tool_nbd_fail (NULL);
  if (extra != NULL && extra[0] != '\0')
    printf ("libnbd %s (%s)\n", version, extra);
  else
    printf ("libnbd %s\n", version);
}

int
tool_next_option (void)
{
  for (;;) {
    int id = getopt_long (parser.argc, parser.argv, parser.shorts,
                          parser.longs, NULL);
    /* -h is help only where the table has such a row. */
    const struct tool_option *row = tool_self->options;
    while (row->id != 0 && row->id != id)
      row++;
    if (id == 'h' && row->names && strcmp (row->names, "help") == 0)
      id = TOOL_HELP;

    switch (id) {
    case TOOL_HELP: tool_print_usage (stdout); tool_finish (EXIT_SUCCESS);
    case 'V':
    case TOOL_VERSION: print_version (); tool_finish (EXIT_SUCCESS);
    case LONG_OPTIONS:
    case SHORT_OPTIONS:
      list_options (id == LONG_OPTIONS);
      tool_finish (EXIT_SUCCESS);
    case OPTION_WORDS: list_words (optarg); tool_finish (EXIT_SUCCESS);
    case TOOL_COLOR:
    case TOOL_NO_COLOR: tool_choose_colors (id == TOOL_COLOR); break;
    case TOOL_COMMAND_TIMEOUT:
    case TOOL_CONNECT_TIMEOUT:
    case TOOL_CONNECTIONS:
    case TOOL_RECONNECT_TIMEOUT:
    case TOOL_STALL_TIMEOUT: tool_take_staying (id, optarg); break;
    case '?': tool_usage_error (NULL);
    case -1:
      if (parser.masked)
        mask_brackets (false);
      return -1;
    default: return id;
    }
  }
}

char **
tool_arguments (void)
{
  return parser.argv + optind;
}
