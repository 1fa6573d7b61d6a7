/* SPDX-License-Identifier: MIT */
/* The command line. */
#include <config.h>

#include <stdlib.h>
#include <unistd.h>

#include "options.h"

/* The largest number that -C accepts, and the largest that the library uses. */
#define MAX_CONNECTIONS 1024
#define MOST_CONNECTIONS 16

struct options options = {
  .attr_timeout = 1,
  .entry_timeout = 1,
};

enum { FUSE_HELP = TOOL_FIRST, EXPORTS };

static const struct tool_option table[] = {
  { FUSE_HELP, "fuse-help", NULL, "show the options that -o takes" },
  TOOL_HELP_ROW,
  { 'C', "connections", "N",
    "use up to N connections to the server, at most 16 (4)" },
  { EXPORTS, "exports", NULL, "show every export of the server as a file" },
  { 'd', "", NULL, NULL },
  { 'o', "", "OPTION", "set an option of the mount, see --fuse-help" },
  { 'P', "pidfile pid-file", "FILE",
    "write the process ID there when the file can be used" },
  { 'r', "readonly read-only", NULL, "do not allow writing" },
  { 's', "", NULL, NULL },
  { 'v', "verbose", NULL, "print what is done, and debug messages" },
  TOOL_STAYING_ROWS,
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
  .examples = "nbdfuse dir nbd://server.example/disk\n"
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

/* Options of libfuse's high-level interface that users pass.  Those that this
 * program fulfils anyway, or that make no difference, are dropped. */
/* clang-format off */
#define NUMBER(name, format, member) \
  { name format, offsetof (struct options, member), 0 }
#define SWITCH(name, member) { name, offsetof (struct options, member), 1 }
/* clang-format on */
#define DROPPED(name) FUSE_OPT_KEY (name, FUSE_OPT_KEY_DISCARD)
static const struct fuse_opt known[] = {
  NUMBER ("uid=", "%u", uid),
  NUMBER ("gid=", "%u", gid),
  NUMBER ("umask=", "%o", umask),
  NUMBER ("attr_timeout=", "%lf", attr_timeout),
  NUMBER ("entry_timeout=", "%lf", entry_timeout),
  SWITCH ("kernel_cache", kernel_cache),
  SWITCH ("direct_io", direct_io),
  SWITCH ("ro", read_only_mount),
  DROPPED ("ac_attr_timeout="),
  DROPPED ("auto_cache"),
  DROPPED ("big_writes"),
  DROPPED ("clone_fd"),
  DROPPED ("hard_remove"),
  DROPPED ("intr"),
  DROPPED ("max_idle_threads="),
  DROPPED ("max_threads="),
  DROPPED ("negative_timeout="),
  DROPPED ("no_rofd_flush"),
  DROPPED ("noauto_cache"),
  DROPPED ("noforget"),
  DROPPED ("nonempty"),
  DROPPED ("readdir_ino"),
  DROPPED ("remember="),
  DROPPED ("rw"),
  DROPPED ("use_ino"),
  FUSE_OPT_END
};

void
options_add (const char *option)
{
  if (options.fuse.argc == 0)
    fuse_opt_add_arg (&options.fuse, "nbdfuse");
  if (fuse_opt_add_arg (&options.fuse, "-o") == -1
      || fuse_opt_add_arg (&options.fuse, option) == -1)
    tool_fail ("no memory for options");
}

/* Parse -o, and take the options of this program out of libfuse's. */
static void
take_options_of_fuse (void)
{
  if (options.fuse.argc == 0)
    fuse_opt_add_arg (&options.fuse, "nbdfuse");
  if (fuse_opt_parse (&options.fuse, &options, known, NULL) == -1)
    exit (EXIT_FAILURE);
  if (options.read_only_mount)
    options.read_only = true;
}

static void
help_for_o (void)
{
  printf ("Options for -o:\n"
          "    uid=N, gid=N           owner of the files\n"
          "    umask=M                permissions to take away, in octal\n"
          "    kernel_cache           keep the page cache between opens\n"
          "    direct_io              use no page cache\n"
          "    ro                     the same as --readonly\n"
          "    attr_timeout=T         seconds that attributes are cached\n"
          "    entry_timeout=T        seconds that names are cached\n");
  fflush (stdout);
  fuse_lowlevel_help ();
}

static void
take_connections (void)
{
  static char text[12];
  int wanted = tool_number_argument ("-C", optarg, 1, MAX_CONNECTIONS);
  snprintf (text, sizeof text, "%d",
            wanted < MOST_CONNECTIONS ? wanted : MOST_CONNECTIONS);
  tool_take_staying (TOOL_CONNECTIONS, text);
}

static void
take_options (void)
{
  int id;
  while ((id = tool_next_option ()) != -1)
    switch (id) {
    case 'C': take_connections (); break;
    case 'd':
    case 'v': options.verbose = true; break;
    case 'o': options_add (optarg); break;
    case 'P': options.pidfile = optarg; break;
    case 'r': options.read_only = true; break;
    case 's':
      /* -s asks for a single thread, and there is only one. */
      break;
    case EXPORTS: options.exports = true; break;
    case FUSE_HELP: help_for_o (); tool_finish (EXIT_SUCCESS);
    }
}

const char *
options_take (int argc, char **argv, struct tool_endpoint *endpoint)
{
  tool_start (&nbdfuse, argc, argv);
  options.uid = geteuid ();
  options.gid = getegid ();
  take_options ();
  take_options_of_fuse ();

  char **words = tool_arguments ();
  const char *mountpoint = *words++;
  if (mountpoint == NULL || *words == NULL)
    tool_usage_error ("a mount point and a server are needed");
  tool_take_mode (words, endpoint);
  if (options.exports && !tool_can_reconnect (endpoint))
    tool_usage_error ("--exports needs a server that takes several "
                      "connections: a URI, --tcp, --unix or --vsock");
  return mountpoint;
}
