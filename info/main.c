/* SPDX-License-Identifier: MIT */
/* nbdinfo: show what a server says of its exports. */
#include <config.h>

#include <getopt.h>
#include <stdlib.h>

#include "nbdinfo.h"

enum {
  JSON = TOOL_FIRST,
  SIZE,
  URI,
  MAP,
  TOTALS,
  CAN,
  CANNOT,
  CONTENT,
  NO_CONTENT
};

static const struct tool_option options[] = {
  TOOL_HELP_ROW,
  { CAN, "can is has have", "FLAG",
    "exit with 0 if the answer is yes, 2 if it is no" },
  { CANNOT,
    "cannot can-not cant hasnot has-not hasnt havenot have-not "
    "havent isnot is-not isnt",
    "FLAG", "the opposite" },
  TOOL_COLOR_ROWS,
  { CONTENT, "content", NULL, "guess the content of exports, with file(1)" },
  { NO_CONTENT, "no-content", NULL, "do not guess" },
  { JSON, "json", NULL, "print JSON" },
  { 'L', "list", NULL, "show all exports that the server lists" },
  { MAP, "map", "[CONTEXT]", "print extents of a context (base:allocation)" },
  { SIZE, "size", NULL, "print the size in bytes, nothing else" },
  { TOTALS, "totals total", NULL, "with --map: add extents up by type" },
  { URI, "uri", NULL, "print the URI in its normal form, nothing else" },
  TOOL_STAYING_ROWS,
  TOOL_CONNECTIONS_ROW,
  TOOL_VERSION_ROW,
  { 0 },
};

#define FLAGS                                                                \
  "block-status-payload cache connect df extended-headers fast-zero flush "  \
  "fua multi-conn open read read-only rotational structured-reply tls trim " \
  "write zero"

static const struct tool_words words[] = {
  { CAN, FLAGS },
  { CANNOT, FLAGS },
  { MAP, "base:allocation qemu:allocation-depth qemu:dirty-bitmap:" },
  { 0, NULL },
};

static const struct tool tool = {
  .name = "nbdinfo",
  .summary = "show what an NBD server tells of its exports",
  .forms = "nbdinfo [--json] SERVER\n"
           "nbdinfo --list [--json] [--content] SERVER\n"
           "nbdinfo --size | --uri [--json] SERVER\n"
           "nbdinfo --map[=CONTEXT] [--totals] [--json] SERVER\n"
           "nbdinfo --can | --is | --has FLAG SERVER\n"
           "nbdinfo --cannot | --isnt | --hasnt FLAG SERVER\n"
           "\n"
           "SERVER is a URI, the path of a Unix socket, or a command in\n"
           "brackets that takes its socket by systemd socket activation.\n",
  .options = options,
  .words = words,
  .examples =
    "nbdinfo nbd://localhost\n"
    "nbdinfo --list \"nbd+unix:///?socket=/tmp/unixsock\"\n"
    "nbdinfo --size nbd://localhost\n"
    "nbdinfo --json nbd://localhost\n"
    "nbdinfo --is read-only nbd://localhost\n"
    "nbdinfo --can connect nbd://localhost\n"
    "nbdinfo --map --totals -- [ qemu-nbd -r -f qcow2 disk.qcow2 ]\n",
};

static struct {
  int mode; /* an option's id; 0 is to show an export */
  bool json, totals, negated;
  bool content, no_content;
  const char *context;
  const char *flag;
} asked = { .context = LIBNBD_CONTEXT_BASE_ALLOCATION };

/* Set what to show.  Two different modes are a usage error. */
static void
set_mode (int mode)
{
  if (asked.mode != 0 && asked.mode != mode)
    tool_usage_error ("--can, --list, --map, --size and --uri exclude each "
                      "other");
  asked.mode = mode;
}

static void
take_options (void)
{
  int id;
  while ((id = tool_next_option ()) != -1) {
    switch (id) {
    case JSON: asked.json = true; break;
    case MAP:
      if (optarg)
        asked.context = optarg;
      set_mode (id);
      break;
    case CAN:
    case CANNOT:
      asked.flag = optarg;
      asked.negated = id == CANNOT;
      set_mode (CAN);
      break;
    case TOTALS: asked.totals = true; break;
    case CONTENT: asked.content = true; break;
    case NO_CONTENT: asked.no_content = true; break;
    default: set_mode (id);
    }
  }
  if (asked.totals && asked.mode != MAP)
    tool_usage_error ("--totals needs --map");
  if (asked.content && asked.no_content)
    tool_usage_error ("--content and --no-content exclude each other");
}

static int
print_size (const struct tool_endpoint *endpoint)
{
  struct nbd_handle *h = reach_export (endpoint, NULL);
  must_begin_transmission (h, endpoint);
  int64_t size = nbd_get_size (h);
  if (size == -1)
    tool_nbd_fail (endpoint->name);
  printf ("%lld\n", (long long) size);
  tool_close (h);
  return EXIT_SUCCESS;
}

static int
print_uri (const struct tool_endpoint *endpoint)
{
  struct nbd_handle *h = open_server (endpoint, NULL);
  char *uri = tool_get_uri (h, endpoint);
  if (uri == NULL)
    tool_nbd_fail (endpoint->name);
  if (asked.json)
    tool_print_quoted (uri);
  else
    printf ("%s", uri);
  putchar ('\n');
  free (uri);
  tool_close (h);
  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  struct tool_endpoint endpoint;
  tool_start (&tool, argc, argv);
  take_options ();
  tool_only_endpoint (tool_arguments (), &endpoint);
  tool_catch_signals ();

  struct show show = {
    .endpoint = &endpoint,
    .json = asked.json,
    .content = asked.content || (asked.mode != 'L' && !asked.no_content),
  };
  int status = EXIT_SUCCESS;
  switch (asked.mode) {
  case CAN:
    /* Status 2 means no. */
    if (can_flag (&endpoint, asked.flag) == asked.negated)
      status = 2;
    break;
  case SIZE: status = print_size (&endpoint); break;
  case URI: status = print_uri (&endpoint); break;
  case MAP:
    status = print_map (&endpoint, asked.context, asked.totals, asked.json);
    break;
  case 'L': status = show_list (&show); break;
  default: status = show_one (&show);
  }
  tool_finish (status);
}
