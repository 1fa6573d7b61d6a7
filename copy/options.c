/* SPDX-License-Identifier: MIT */
/* The command line. */
#include <config.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <unistd.h>

#include "nbdcopy.h"

#define REQUEST_LEAST (4 * KIB)
#define REQUEST_MOST (32 * MIB)

enum {
  ALLOCATED = TOOL_FIRST,
  BAD_RANGES,
  BITMAP,
  BLKHASH,
  BLKHASH_FILE,
  CHECKPOINT,
  CONTEXT,
  DESTINATION_IS_ZERO,
  DESTINATION_LENGTH,
  DESTINATION_OFFSET,
  DO_FLUSH,
  LENGTH,
  MAP,
  NO_EXTENTS,
  OFFSET,
  ON_READ_ERROR,
  QUEUE_SIZE,
  RATE,
  REQUEST_SIZE,
  RESUME,
  RETRY,
  SYNCHRONOUS,
  VERIFY,
};

static const struct tool_option rows[] = {
  TOOL_HELP_ROW,
  { ALLOCATED, "allocated", NULL,
    "write zeroes as allocated space, not as holes" },
  { BAD_RANGES, "bad-ranges", "FILE",
    "list what could not be read, in the form of --map" },
  { BITMAP, "bitmap", "NAME",
    "copy only what this dirty bitmap of qemu marks" },
  { BLKHASH, "blkhash", "[ALGORITHM/SIZE]",
    "print a block hash of what is copied" },
  { BLKHASH_FILE, "blkhash-file", "FILE", "write the block hash to a file" },
  { CHECKPOINT, "checkpoint", "SIZE",
    "flush and record progress after so much data (256M)" },
  { 'C', "connections", "N",
    "connections to each server, at most one a thread (4)" },
  { CONTEXT, "context", "NAME",
    "copy only what this metadata context marks" },
  { DESTINATION_IS_ZERO, "destination-is-zero target-is-zero", NULL,
    "the destination reads as zeroes already" },
  { DESTINATION_LENGTH, "destination-length", "SIZE",
    "write no more than this at the destination" },
  { DESTINATION_OFFSET, "destination-offset", "OFFSET",
    "begin to write at this byte (0)" },
  { DO_FLUSH, "flush", NULL, "make the copy durable before the end" },
  { LENGTH, "length source-length", "SIZE",
    "copy this many bytes of the source" },
  { MAP, "map", "FILE", "copy only what this JSON map of nbdinfo marks" },
  { NO_EXTENTS, "no-extents", NULL,
    "do not ask the source for holes, read everything" },
  { OFFSET, "offset source-offset", "OFFSET",
    "begin to read at this byte (0)" },
  { ON_READ_ERROR, "on-read-error", "fail|zero|skip",
    "what to do if a block cannot be read (fail)" },
  { 'p', "progress", "[FD]",
    "show progress, or write it here; also json:FD" },
  { QUEUE_SIZE, "queue-size", "SIZE", "memory of each thread (16M)" },
  { RATE, "rate", "BYTES", "copy no more than this each second" },
  { REQUEST_SIZE, "request-size", "SIZE", "size of a request (256K)" },
  { 'R', "requests", "N", "requests in flight on each connection (64)" },
  { RESUME, "resume", "FILE",
    "keep a journal here, and continue where it ends" },
  { RETRY, "retry", "N", "try N times to get a lost connection back" },
  { 'S', "sparse", "SIZE", "look for zeroes of this size (4K), 0: do not" },
  { SYNCHRONOUS, "synchronous", NULL, "one request at a time, in order" },
  { 'T', "threads", "N", "threads, 0: one for each processor" },
  { VERIFY, "verify", NULL, "read the destination back and compare" },
  { 'v', "verbose", NULL, "print what is decided, and debug output" },
  TOOL_STAYING_ROWS,
  TOOL_VERSION_ROW,
  { .id = 0 },
};

static const struct tool_words words[] = {
  { BLKHASH, "md5 sha1 sha256 sha512" },
  { CONTEXT, "base:allocation qemu:allocation-depth qemu:dirty-bitmap:" },
  { ON_READ_ERROR, "fail skip zero" },
  { 'p', "json:" },
  { .id = 0 },
};

static const struct tool tool = {
  .name = "nbdcopy",
  .summary = "Copy to and from NBD servers",
  .forms = "nbdcopy [OPTION]... SOURCE DESTINATION\n"
           "  each of them: URI | [ COMMAND ... ] | FILE | DEVICE | -\n"
           "  DESTINATION: also null:\n",
  .options = rows,
  .words = words,
  .examples =
    "nbdcopy --progress nbd://server/disk disk.img\n"
    "nbdcopy --flush -- disk.img [ qemu-nbd -f qcow2 disk.qcow2 ]\n"
    "nbdcopy --resume=journal --retry=10 nbd://server/disk disk.img\n",
};

static void
take_on_read_error (struct copy_settings *s, const char *word)
{
  static const char *const known[] = {
    [READ_ERRORS_FAIL] = "fail",
    [READ_ERRORS_ZERO] = "zero",
    [READ_ERRORS_SKIP] = "skip",
  };

  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (strcmp (word, known[i]) == 0) {
      s->on_read_error = i;
      return;
    }
  tool_usage_error ("--on-read-error: it is one of fail, zero and skip, not "
                    "%s",
                    word);
}

static void
take_context (struct copy_settings *s, const char *name)
{
  if (s->context)
    tool_fail ("--bitmap, --context: only one of them can be given, and only "
               "once");
  if (strncmp (name, LIBNBD_NAMESPACE_BASE, strlen (LIBNBD_NAMESPACE_BASE))
      == 0)
    tool_fail ("--context: %s tells what is zero, not what to copy; leave "
               "the option out, zeroes are found without it",
               name);
  s->context = name;
}

/* Check that the size is a number here, where mistakes are usage errors. */
static void
take_blkhash (struct copy_settings *s, const char *text)
{
  const char *size = strchr (text, '/');

  if (size != NULL)
    tool_size_argument ("--blkhash", size + 1);
  s->blkhash = text;
}

static void
take_number (struct copy_settings *s, int id)
{
  switch (id) {
  case 'C':
    s->connections = tool_number_argument ("--connections", optarg, 1, 1024);
    break;
  case 'R':
    s->requests = tool_number_argument ("--requests", optarg, 1, INT_MAX);
    break;
  case 'T':
    s->threads = tool_number_argument ("--threads", optarg, 0, 4096);
    break;
  case 'S': s->sparse = copy_take_sparse (optarg); break;
  case QUEUE_SIZE:
    s->queue_size = tool_size_argument ("--queue-size", optarg);
    break;
  case REQUEST_SIZE:
    s->request_size = tool_power_of_two ("--request-size", optarg,
                                         REQUEST_LEAST, REQUEST_MOST);
    break;
  case RATE: s->rate = tool_size_argument ("--rate", optarg); break;
  case RETRY:
    copy_set_attempts (s,
                       tool_number_argument ("--retry", optarg, 0, INT_MAX));
    break;
  case CHECKPOINT:
    s->checkpoint = tool_size_argument ("--checkpoint", optarg);
    break;
  }
}

static void
take_window (struct copy_settings *s, int id)
{
  switch (id) {
  case OFFSET: s->offset[0] = tool_size_argument ("--offset", optarg); break;
  case LENGTH: s->length[0] = tool_size_argument ("--length", optarg); break;
  case DESTINATION_OFFSET:
    s->offset[1] = tool_size_argument ("--destination-offset", optarg);
    break;
  case DESTINATION_LENGTH:
    s->length[1] = tool_size_argument ("--destination-length", optarg);
    break;
  }
}

static void
take_option (struct options *o, int id)
{
  struct copy_settings *s = &o->settings;

  switch (id) {
  case ALLOCATED: s->allocated = true; break;
  case BAD_RANGES: o->bad_ranges = optarg; break;
  case BITMAP:
    take_context (s, tool_format ("%s%s", LIBNBD_CONTEXT_QEMU_DIRTY_BITMAP,
                                  optarg));
    break;
  case BLKHASH: take_blkhash (s, optarg ? optarg : ""); break;
  case BLKHASH_FILE: s->blkhash_file = optarg; break;
  case CONTEXT: take_context (s, optarg); break;
  case DESTINATION_IS_ZERO: s->destination_is_zero = true; break;
  case DO_FLUSH: s->flush = true; break;
  case MAP:
    o->map = s->map = optarg;
    s->select = select_load;
    break;
  case NO_EXTENTS: s->no_map = true; break;
  case ON_READ_ERROR: take_on_read_error (s, optarg); break;
  case 'p': progress_take (&o->progress, optarg); break;
  case RESUME: s->resume = optarg; break;
  case SYNCHRONOUS: s->synchronous = true; break;
  case VERIFY: s->verify = true; break;
  case 'v': o->verbose = s->debug = true; break;
  default: take_number (s, id); take_window (s, id);
  }
}

static void
check (const struct options *o)
{
  const struct copy_settings *s = &o->settings;
  bool part = o->map || s->context;

  if (o->map && s->context)
    tool_fail ("--map: it excludes --bitmap and --context");
  if (s->blkhash && (part || s->resume))
    tool_fail ("--blkhash: it needs all of the source, so it excludes "
               "--bitmap, --context, --map and --resume");
  if (s->resume && o->map && strcmp (o->map, "-") == 0)
    tool_fail ("--resume: the map is needed again to resume, so it has to be "
               "in a file, not standard input");
  if (o->bad_ranges && s->on_read_error == READ_ERRORS_FAIL)
    tool_usage_error ("--bad-ranges: it needs --on-read-error=zero or skip; "
                      "without these the first read error ends the copy");
  if (s->blkhash && s->on_read_error == READ_ERRORS_SKIP)
    tool_fail ("--blkhash: it is not known what the destination holds where "
               "--on-read-error=skip leaves it as it is; zero is possible");
  if (s->no_map && s->context)
    tool_fail ("--no-extents: it excludes --bitmap and --context");
}

/* Tell which files and descriptors are used apart from source and
 * destination. */
static void
name_outputs (const struct options *o)
{
  const struct copy_settings *s = &o->settings;

  tool_output_messages (o->verbose || o->progress.kind == PROGRESS_BAR);
  progress_name_outputs (&o->progress);
  if (s->blkhash && s->blkhash_file)
    tool_output_file ("--blkhash-file", s->blkhash_file);
  if (s->resume)
    tool_output_file ("--resume", s->resume);
  if (o->bad_ranges)
    tool_output_file ("--bad-ranges", o->bad_ranges);
  if (o->map)
    tool_input_file ("--map",
                     strcmp (o->map, "-") == 0 ? "/dev/stdin" : o->map);
}

void
options_take (struct options *o, int argc, char **argv)
{
  int id;

  *o = (struct options) { .settings = copy_usual_settings };
  tool_start (&tool, argc, argv);
  while ((id = tool_next_option ()) != -1)
    take_option (o, id);
  check (o);
  name_outputs (o);
}
