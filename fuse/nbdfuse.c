/* SPDX-License-Identifier: MIT */
/* nbdfuse: show exports of an NBD server as files. */
#include <config.h>

#include <stdlib.h>
#include <unistd.h>

#include "nbdfuse.h"

#define MAX_CONNECTIONS 1024

struct options options = {
  .attr_timeout = 1, .entry_timeout = 1,
};

enum { FUSE_HELP = TOOL_FIRST, EXPORTS };

static const struct tool_option table[] = {
  { FUSE_HELP, "fuse-help", NULL, "show the options that -o takes" },
  TOOL_HELP_ROW,
  { 'C', "connections", "N",
    "use up to N connections to the server (default 4)" },
  { EXPORTS, "exports", NULL,
    "show every export of the server as a file" },
  { 'd', "", NULL, NULL },
  { 'o', "", "OPTION", "set an option of the mount, see --fuse-help" },
  { 'P', "pidfile pid-file", "FILE",
    "write the process ID there when the file can be used" },
  { 'r', "readonly read-only", NULL, "do not allow writing" },
  { 's', "", NULL, NULL },
  { 'v', "verbose", NULL, "tell what is done" },
  TOOL_VERSION_ROW,
  { 0, NULL, NULL, NULL },
};

static const struct tool nbdfuse = {
  .name = "nbdfuse",
  .summary = "show an NBD export as a file",
  .forms =
    "nbdfuse [OPTIONS] MOUNTPOINT[/FILENAME] URI\n"
    "nbdfuse [OPTIONS] MOUNTPOINT[/FILENAME] [ COMMAND ARGS ... ]\n"
    "nbdfuse [OPTIONS] MOUNTPOINT[/FILENAME] --command COMMAND ARGS ...\n"
    "nbdfuse [OPTIONS] MOUNTPOINT[/FILENAME] --socket-activation COMMAND ARGS"
    " ...\n"
    "nbdfuse [OPTIONS] MOUNTPOINT[/FILENAME] --fd N\n"
    "nbdfuse [OPTIONS] MOUNTPOINT[/FILENAME] --tcp HOST PORT\n"
    "nbdfuse [OPTIONS] MOUNTPOINT[/FILENAME] --unix SOCKET\n"
    "nbdfuse [OPTIONS] MOUNTPOINT[/FILENAME] --vsock CID PORT\n"
    "nbdfuse [OPTIONS] --exports DIR URI | --tcp ... | --unix ... |"
    " --vsock ...\n",
  .options = table,
  .examples =
    "nbdfuse dir nbd://server.example/disk\n"
    "nbdfuse dir/disk.img [ qemu-nbd -f qcow2 disk.qcow2 ]\n"
    "nbdfuse --exports dir nbd://server.example\n"
    "fusermount3 -u dir\n",
  .stops_at_argument = true,
};

void
debug (const char *format, ...)
{
  if (!options.verbose)
    return;
  va_list args;
  va_start (args, format);
  flockfile (stderr);
  fputs ("nbdfuse: ", stderr);
  vfprintf (stderr, format, args);
  putc ('\n', stderr);
  funlockfile (stderr);
  va_end (args);
}

static void
take_options (void)
{
  int id;
  while ((id = tool_next_option ()) != -1)
    switch (id) {
    case 'C':
      options.connections = tool_number_argument ("-C", optarg, 1,
                                                  MAX_CONNECTIONS);
      break;
    case 'd':
    case 'v':
      options.verbose = true;
      break;
    case 'o':
      mount_option (optarg);
      break;
    case 'P':
      options.pidfile = optarg;
      break;
    case 'r':
      options.read_only = true;
      break;
    case 's':
      /* There is one thread anyway. */
      break;
    case EXPORTS:
      options.exports = true;
      break;
    case FUSE_HELP:
      mount_help ();
      tool_finish (EXIT_SUCCESS);
    }
}

int
main (int argc, char **argv)
{
  struct tool_endpoint endpoint;
  tool_start (&nbdfuse, argc, argv);
  options.uid = geteuid ();
  options.gid = getegid ();
  take_options ();
  mount_options_parse ();

  char **words = tool_arguments ();
  const char *mountpoint = *words++;
  if (mountpoint == NULL || *words == NULL)
    tool_usage_error (NULL);
  tool_take_mode (words, &endpoint);
  if (options.exports && !tool_endpoint_again (&endpoint))
    tool_usage_error ("--exports needs a server that can be connected to "
                      "several times");
  mount_check (mountpoint);
  mount_check_pidfile ();

  tool_catch_signals ();
  disk_open_all (&endpoint);
  loop_prepare ();
  tool_check_signal ();
  struct fuse_session *session = mount_session ();
  loop_run (session);
  bool good = leave_disks ();
  mount_end ();
  good &= leave_server ();
  leave (good);
}
