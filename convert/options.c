/* SPDX-License-Identifier: MIT */
/* The command line. */
#include <config.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "abilities.h"
#include "options.h"
#include "tool.h"

#define MEMORY_LEAST (16 * MIB)

enum {
  ALLOW_BACKING = TOOL_FIRST,
  CHECKSUM,
  COMPRESS,
  EXPAND,
  FORCE_SHRINK,
  FORMAT_OPTION,
  FROM,
  MACHINE_READABLE,
  MEMORY,
  MOVE,
  NO_SCRATCH,
  PLAN,
  RATE,
  RESIZE_FS,
  RESUME,
  RETRY,
  SCRATCH_DIRECTORY,
  SIZE,
  SPARSIFY,
  TO,
  VERIFY,
};

/* Options that few people need have no text here, so that the help fits on
 * one screen.  The manual page explains them. */
static const struct tool_option rows[] = {
  { ALLOW_BACKING, "allow-backing", NULL, NULL },
  { CHECKSUM, "checksum", "TYPE:HEX", NULL },
  { COMPRESS, "compress", NULL, "compress clusters (qcow2)" },
  { 'C', "connections", "N", NULL },
  { EXPAND, "expand", "NAME", "give a partition the added space" },
  { FORCE_SHRINK, "force-shrink", NULL, NULL },
  { FORMAT_OPTION, "format-option", "KEY=VALUE", NULL },
  { FROM, "from", "FORMAT", "the source's format; do not detect it" },
  { MACHINE_READABLE, "machine-readable", NULL, NULL },
  { MEMORY, "memory", "SIZE", NULL },
  { MOVE, "move", NULL, NULL },
  { NO_SCRATCH, "no-scratch", NULL, NULL },
  { PLAN, "plan", "[json]", "only print what would be done" },
  { 'p', "progress", "[FD]", "show progress, or write it here" },
  { 'q', "quiet", NULL, NULL },
  { RATE, "rate", "BYTES", NULL },
  { RESIZE_FS, "resize-fs", NULL, NULL },
  { RESUME, "resume", "FILE", "keep a journal here, go on where it ends" },
  { RETRY, "retry", "N", NULL },
  { SCRATCH_DIRECTORY, "scratch", "DIRECTORY", NULL },
  { SIZE, "size", "SIZE", "the size of the disk in the result" },
  { 'S', "sparse", "SIZE", NULL },
  { SPARSIFY, "sparsify", NULL, "leave out what file systems do not use" },
  { 'T', "threads", "N", NULL },
  { TO, "to", "FORMAT", "the format; by default from the name" },
  { VERIFY, "verify", NULL, "read the result back and compare" },
  { 'v', "verbose", NULL, NULL },
  { TOOL_COMMAND_TIMEOUT, "command-timeout", "TIME", NULL },
  { TOOL_CONNECT_TIMEOUT, "connect-timeout", "TIME", NULL },
  { TOOL_RECONNECT_TIMEOUT, "reconnect-timeout", "TIME", NULL },
  { TOOL_STALL_TIMEOUT, "stall-timeout", "TIME", NULL },
  TOOL_HELP_ROW,
  TOOL_VERSION_ROW,
  { .id = 0 },
};

static const struct tool_words words[] = {
  { CHECKSUM, "md5: sha1: sha256: sha512:" },
  { EXPAND, "last" },
  { FROM, "raw qcow2 vmdk vdi vhdx vhd" },
  { PLAN, "json" },
  { 'p', "json:" },
  { TO, "raw qcow2 vmdk vdi vhdx vhd" },
  { .id = 0 },
};

static const struct tool tool = {
  .name = "nbdconvert",
  .summary = "Convert any disk image, from anywhere, by the cheapest way",
  .forms = "nbdconvert [OPTION]... SOURCE DESTINATION\n"
           "  FILE | DEVICE | NBD-URI | [ COMMAND ... ] | - | URL (source)\n",
  .options = rows,
  .words = words,
  .examples =
    "nbdconvert --size=20G https://example.com/disk.img.xz new.qcow2\n",
};

static void
take_format (const char *option, const char *text, enum format *f,
             bool *is_said)
{
  if (!format_by_name (text, f))
    tool_usage_error ("%s: %s is not the name of an image format, such as "
                      "raw, qcow2, vmdk, vdi, vhdx or vhd",
                      option, text);
  *is_said = true;
}

static bool
has_key (const char *option, const char *key)
{
  size_t length = strlen (key);

  return strncmp (option, key, length) == 0 && option[length] == '=';
}

/* Refuse what is not a property of one file. */
static void
check_format_option (const char *text)
{
  static const char *const several[] = { "subformat=monolithicFlat",
                                         "subformat=twoGbMaxExtentFlat",
                                         "subformat=twoGbMaxExtentSparse" };
  const char *equals = strchr (text, '=');

  if (equals == NULL || equals == text)
    tool_usage_error ("--format-option: it is KEY=VALUE, not %s", text);
  if (has_key (text, "size"))
    tool_usage_error (
      "--format-option: set the size of the disk with --size");
  if (has_key (text, "backing_file") || has_key (text, "data_file"))
    tool_usage_error ("--format-option: %.*s: the result is one file",
                      (int) (equals - text), text);
  for (size_t i = 0; i < sizeof several / sizeof several[0]; i++)
    if (strcasecmp (text, several[i]) == 0)
      tool_usage_error ("--format-option: %s: such an image has several "
                        "files, but the result is one file",
                        text);
}

/* Each --format-option adds one option.  qemu wants a comma in a value to be
 * doubled. */
static void
add_format_option (struct options *o, const char *text)
{
  size_t n = o->format_options ? strlen (o->format_options) : 0;
  char *all = tool_alloc (n + 2 * strlen (text) + 2), *p = all;

  check_format_option (text);
  o->options_need_size |= has_key (text, "cluster_size")
                          || has_key (text, "preallocation");
  if (n > 0)
    p += sprintf (p, "%s,", o->format_options);
  for (; *text; text++) {
    if (*text == ',')
      *p++ = ',';
    *p++ = *text;
  }
  free (o->format_options);
  o->format_options = all;
}

static void
take_plan (struct options *o, const char *text)
{
  o->plan = SHOW_PLAN;
  if (text == NULL)
    return;
  if (strcmp (text, "json") != 0)
    tool_usage_error ("--plan: it is --plan or --plan=json, not %s", text);
  o->plan = SHOW_PLAN_JSON;
}

static void
take_number (struct options *o, int id)
{
  struct copy_settings *s = &o->settings;

  switch (id) {
  case 'C':
    s->connections = tool_number_argument ("--connections", optarg, 1, 1024);
    break;
  case 'T':
    s->threads = tool_number_argument ("--threads", optarg, 0, 4096);
    break;
  case 'S': s->sparse = copy_take_sparse (optarg); break;
  case RATE: s->rate = tool_size_argument ("--rate", optarg); break;
  case RETRY:
    copy_set_attempts (s,
                       tool_number_argument ("--retry", optarg, 0, INT_MAX));
    break;
  case SIZE:
    o->size = tool_size_argument ("--size", optarg);
    if (o->size == 0 || o->size > INT64_MAX)
      tool_usage_error ("--size: %s is not possible: a disk has at least 1 "
                        "byte, and less than 8E",
                        optarg);
    break;
  case MEMORY:
    o->memory = tool_size_argument ("--memory", optarg);
    if (o->memory < MEMORY_LEAST)
      tool_usage_error ("--memory: at least 16M are needed, not %s", optarg);
    break;
  }
}

static void
take_option (struct options *o, int id)
{
  struct copy_settings *s = &o->settings;

  switch (id) {
  case ALLOW_BACKING: o->allow_backing = true; break;
  case CHECKSUM: checksum_take (&o->checksum, optarg); break;
  case COMPRESS: o->compress = true; break;
  case EXPAND: o->grow.partition = optarg; break;
  case FORCE_SHRINK: o->force_shrink = true; break;
  case FORMAT_OPTION: add_format_option (o, optarg); break;
  case FROM:
    take_format ("--from", optarg, &o->from, &o->from_is_said);
    break;
  case MACHINE_READABLE: abilities_print (rows); break;
  case MOVE: o->grow.move = true; break;
  case NO_SCRATCH: o->no_scratch = true; break;
  case PLAN: take_plan (o, optarg); break;
  case 'p': progress_take (&o->progress, optarg); break;
  case 'q': o->quiet = true; break;
  case RESIZE_FS: o->grow.file_system = true; break;
  case RESUME: s->resume = optarg; break;
  case SCRATCH_DIRECTORY: o->scratch = optarg; break;
  case SPARSIFY: o->sparsify = true; break;
  case TO: take_format ("--to", optarg, &o->to, &o->to_is_said); break;
  case VERIFY: s->verify = true; break;
  case 'v': s->debug = true; break;
  default: take_number (o, id);
  }
}

static void
check (const struct options *o)
{
  if (o->no_scratch && o->scratch)
    tool_usage_error ("--scratch and --no-scratch exclude each other");
  if (o->quiet && o->progress.kind == PROGRESS_BAR)
    tool_usage_error ("--quiet and --progress exclude each other");
  if ((o->grow.move || o->grow.file_system) && o->grow.partition == NULL)
    tool_usage_error ("%s: which partition is to grow? --expand says it",
                      o->grow.move ? "--move" : "--resize-fs");
  if (o->grow.partition && o->settings.resume)
    tool_usage_error (
      "--expand and --resume exclude each other: a conversion "
      "that lets a partition grow cannot be resumed; copy the "
      "disk first, and let it grow in a second conversion");
  if (o->plan && o->settings.resume)
    tool_usage_error ("--plan and --resume exclude each other");
}

static void
name_outputs (const struct options *o)
{
  tool_output_messages (o->settings.debug
                        || o->progress.kind == PROGRESS_BAR);
  progress_name_outputs (&o->progress);
  if (o->settings.resume)
    tool_output_file ("--resume", o->settings.resume);
}

void
options_take (struct options *o, int argc, char **argv)
{
  int id;

  *o = (struct options) { .settings = copy_usual_settings, .size = UNKNOWN };
  o->settings.flush = true;
  tool_start (&tool, argc, argv);
  while ((id = tool_next_option ()) != -1)
    take_option (o, id);
  check (o);
  name_outputs (o);
}
