/* SPDX-License-Identifier: MIT */

/* The command line of a tool: options, sizes, numbers and servers.
 *
 * The first byte says how the tool takes them.  The words follow, each with a
 * NUL or the end of a line after it. */

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "target.h"
#include "tool-run.h"
#include "tool.h"

#define MAX_WORDS 64

enum { OPTION_MAP = TOOL_FIRST, OPTION_PROGRESS, OPTION_THREADS };

/* All kinds of options that the tools have. */
static const struct tool_option options[] = {
  { 'l', "length", "N", "a size" },
  { OPTION_MAP, "map", "[CONTEXT]", "an argument that can be absent" },
  { 'n', "connections multi-conn", "N", "two names" },
  { 'o', "", "FILE", "no name" },
  { OPTION_PROGRESS, "progress", "[FD]", "a number that can be absent" },
  { 'r', "readonly read-only", NULL, "no argument" },
  { OPTION_THREADS, "threads", "N", "a number" },
  { 'x', "hidden", NULL, NULL },
  TOOL_COLOR_ROWS,
  TOOL_HELP_ROW,
  TOOL_VERSION_ROW,
  { .id = 0 },
};

static const struct tool tools[] = {
  {
    .name = "fuzzed",
    .summary = "take all options",
    .forms = "fuzzed [-r] URI\nfuzzed [ COMMAND ] FILE\n",
    .options = options,
    .examples = "fuzzed nbd://localhost\n",
    .usage_status = 2,
  },
  {
    .name = "fuzzed",
    .summary = "take options up to an argument",
    .forms = "fuzzed [-r] DIRECTORY URI\n",
    .options = options,
    .stops_at_argument = true,
  },
};

struct line {
  unsigned how;
  int argc;
  char *argv[MAX_WORDS + 1];
};

enum how {
  HOW_STOPS = 1, /* which tool */
  HOW_MODE = 2,  /* as nbdfuse and nbdublk take servers */
  HOW_ONLY = 4,  /* as nbdinfo does */
  HOW_LAST = 8,  /* the bracket closes at the end */
};

static void
check_size (const char *text)
{
  char human[TOOL_SIZE_MAX];
  int64_t size = tool_parse_size (text);

  MUST (size >= 0 || (size == -1 && (errno == EINVAL || errno == ERANGE)));
  if (size >= 0)
    MUST (tool_parse_size (tool_human_size (human, size)) == size);
}

static void
take_options (void)
{
  int id;

  while ((id = tool_next_option ()) != -1) {
    MUST (id > 0 && id != TOOL_HELP && id != TOOL_VERSION);
    if (id == 'o' || id == 'l' || id == 'n' || id == OPTION_THREADS)
      MUST (optarg != NULL);
    if (id == 'l')
      tool_size_argument ("--length", optarg);
    if (id == 'n' || id == OPTION_THREADS) {
      int64_t n = tool_number_argument ("--threads", optarg, 1, 1024);

      MUST (n >= 1 && n <= 1024);
    }
  }
}

static void
check_endpoint (const struct tool_endpoint *endpoint)
{
  MUST (endpoint->words[0] != NULL && endpoint->name != NULL);
  if (endpoint->transport == TOOL_TCP || endpoint->transport == TOOL_VSOCK)
    MUST (endpoint->words[1] != NULL && endpoint->words[2] == NULL);
  tool_can_reconnect (endpoint);
}

static void
run_tool (void *opaque)
{
  struct line *line = opaque;
  struct tool_endpoint endpoint;

  optind = 0;
  opterr = 0;
  tool_start (&tools[line->how & HOW_STOPS], line->argc, line->argv);
  take_options ();

  char **words = tool_arguments ();

  for (char **word = words; *word != NULL; word++)
    check_size (*word);
  if (line->how & HOW_MODE)
    tool_take_mode (words, &endpoint);
  else if (line->how & HOW_ONLY)
    tool_only_endpoint (words, &endpoint);
  else {
    while (tool_take_endpoint (&words, line->how & HOW_LAST, &endpoint))
      check_endpoint (&endpoint);
    return;
  }
  check_endpoint (&endpoint);
}

/* The tools keep handles in a list, to use them again: make them once, without
 * tracking their memory. */
static void
make_handles (void *opaque)
{
  struct nbd_handle *handles[4];

  (void) opaque;
  for (size_t i = 0; i < 4; i++)
    handles[i] = tool_create (NULL, NULL, NULL);
  for (size_t i = 0; i < 4; i++)
    tool_close (handles[i]);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static bool prepared;
  static char name[] = "fuzzed";
  struct input in = { data, size };
  struct line line = { .how = take_u8 (&in), .argc = 1, .argv = { name } };
  char *text = malloc (in.left + 1);

  MUST (text != NULL);
  if (!prepared)
    run_to_exit (make_handles, NULL, false);
  prepared = true;
  memcpy (text, in.p, in.left);
  text[in.left] = '\0';
  for (size_t i = 0; i < in.left; i++)
    if (text[i] == '\n')
      text[i] = '\0';
  for (char *p = text; p < text + in.left; p += strlen (p) + 1)
    if (line.argc < MAX_WORDS)
      line.argv[line.argc++] = p;
  run_to_exit (run_tool, &line, true);
  free (text);
  return 0;
}
