/* SPDX-License-Identifier: MIT */
/* nbddump: show the bytes of an export. */
#include <config.h>

#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>

#include "nbddump.h"

static const struct tool_option options[] = {
  TOOL_HELP_ROW,
  { 'n', "length limit", "N", "show at most this many bytes" },
  { 'o', "offset skip", "N", "begin at this byte" },
  TOOL_COLOR_ROWS,
  TOOL_STAYING_ROWS,
  TOOL_CONNECTIONS_ROW,
  TOOL_VERSION_ROW,
  { 0 },
};

static const struct tool tool = {
  .name = "nbddump",
  .summary = "show the bytes of an NBD export in hexadecimal",
  .forms = "nbddump [-o OFFSET] [-n LENGTH] SERVER\n"
           "\n"
           "SERVER is a URI, the path of a Unix socket, or a command in\n"
           "brackets that takes its socket by systemd socket activation.\n"
           "N is a number of bytes, or a number and one of k m g t p e.\n",
  .options = options,
  .examples = "nbddump nbd://localhost\n"
              "nbddump --offset=1M --length=512 nbd://localhost\n"
              "nbddump -- [ qemu-nbd -r -f qcow2 disk.qcow2 ]\n",
};

/* After a signal, leave the terminal at a new line with its usual colours. */
static void
after_signal (void)
{
  if (tool_signal == 0)
    return;
  putchar ('\n');
  tool_color_reset (stdout);
}

static int
prepare (struct nbd_handle *h, const void *opaque)
{
  (void) opaque;
  return nbd_add_meta_context (h, LIBNBD_CONTEXT_BASE_ALLOCATION) == -1
             || nbd_set_pread_initialize (h, false) == -1
           ? -1
           : 0;
}

static struct nbd_handle *
open_server (const struct tool_endpoint *endpoint)
{
  struct nbd_handle *h = tool_create (NULL, prepare, NULL);
  if (tool_connect (&h, endpoint) == -1)
    tool_nbd_fail (endpoint->name);
  return h;
}

int
main (int argc, char **argv)
{
  uint64_t offset = 0, limit = UINT64_MAX;
  int id;
  tool_start (&tool, argc, argv);
  while ((id = tool_next_option ()) != -1) {
    if (id == 'n')
      limit = tool_size_argument ("--length", optarg);
    else
      offset = tool_size_argument ("--offset", optarg);
  }
  struct tool_endpoint endpoint;
  tool_only_endpoint (tool_arguments (), &endpoint);
  tool_catch_signals ();
  tool_at_end (after_signal);

  struct nbd_handle *h = open_server (&endpoint);
  int64_t size = nbd_get_size (h);
  if (size == -1)
    tool_nbd_fail (NULL);
  if (offset > (uint64_t) size)
    tool_fail ("--offset: %" PRIu64 " is behind the end of the export, "
               "which has %" PRIi64 " bytes",
               offset, size);
  uint64_t length = size - offset;
  if (length > limit)
    length = limit;
  rows_begin (offset, size);
  if (length > 0)
    fetch (h, offset, length);
  rows_end ();
  tool_close (h);
  tool_finish (EXIT_SUCCESS);
}
