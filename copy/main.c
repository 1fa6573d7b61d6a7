/* SPDX-License-Identifier: MIT */
/* nbdcopy: copy as the command line says. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nbdcopy.h"

/* How often progress is updated. */
#define TICK_MS 100

static struct options options;
static struct copy *copy;

/* ---- signals, and calls by the engine ---- */

static volatile sig_atomic_t faster, slower;

static void
on_signal (int number)
{
  int saved = errno;

  if (number == SIGUSR1)
    faster = 1;
  else
    slower = 1;
  tool_wake ();
  errno = saved;
}

static void
look_at_signals (void *opaque)
{
  (void) opaque;
  if (faster || slower) {
    copy_change_rate (copy, faster);
    faster = slower = 0;
  }
  if (tool_signal != 0)
    copy_interrupt (copy);
  progress_tick (copy);
}

/* End after the engine has printed why. */
static void give_up (void) __attribute__ ((noreturn));

static void
give_up (void)
{
  tool_check_signal ();
  exit (EXIT_FAILURE);
}

static void
must (int r)
{
  if (r == -1)
    give_up ();
}

/* ---- options and endpoints that exclude each other ---- */

/* Whether it is standard output, or the like, that was opened for writing
 * only. */
static bool
is_write_only (const struct endpoint *e)
{
  return e->fd != -1 && (fcntl (e->fd, F_GETFL) & O_ACCMODE) == O_WRONLY;
}

static void
check_endpoints (const struct endpoint *from, const struct endpoint *to)
{
  const struct copy_settings *o = &options.settings;
  bool place = to->stream || to->swallows;

  if (o->verify && (place || is_write_only (to)))
    tool_fail ("--verify: %s cannot be read back", to->name);
  if (o->resume && (place || from->stream))
    tool_fail ("--resume: streams and null: cannot be resumed");
  if (o->resume && !to->can_flush)
    tool_fail ("--resume: %s cannot flush, so nothing is known to be "
               "durable",
               to->name);
  if (o->flush && !place && !to->can_flush)
    tool_fail ("--flush: the server of %s cannot flush", to->name);
  if (o->context && !from->has_selection)
    tool_fail ("--bitmap, --context: %s is not an NBD server", from->name);
  if (options.map && from->stream)
    tool_fail ("--map: %s is a stream, of which parts cannot be selected",
               from->name);
  if (o->on_read_error == READ_ERRORS_SKIP && to->stream)
    tool_fail (
      "--on-read-error=skip: %s is a stream, which has no old content that "
      "could stay; zero is possible",
      to->name);
  if ((options.map || o->context) && to->stream)
    tool_fail ("%s: it is a stream, to which the whole source has to be "
               "copied, not only the selected parts",
               to->name);
}

static void
guard (const struct endpoint *from, const struct endpoint *to)
{
  const struct copy_settings *o = &options.settings;

  tool_guard_destination (to->fd);
  if (tool_same_disk (from->fd, to->fd))
    tool_fail ("%s and %s are the same file", from->name, to->name);
  /* Only a disk matters: in a stream the hash follows the copy. */
  if (o->blkhash && !o->blkhash_file
      && tool_same_disk (STDOUT_FILENO, to->fd))
    tool_fail ("--blkhash: standard output is also the destination; use "
               "--blkhash-file");
}

/* ---- the steps ---- */

static void
describe (const struct endpoint *e, const char *which)
{
  struct copy_counts c = copy_counts (copy);
  char size[TOOL_SIZE_MAX];

  fprintf (stderr, "nbdcopy: %s: %s \"%s\"\n", which, e->ops->name, e->name);
  fprintf (stderr, "nbdcopy: %s: size=%" PRIi64, which, e->size);
  if (e->size >= 0)
    fprintf (stderr, " (%s)", tool_human_size (size, e->size));
  fprintf (stderr, ", preferred block size=%" PRIu64 "\n", e->preferred);
  if (!e->source)
    fprintf (stderr,
             "nbdcopy: connections=%u requests=%u threads=%u "
             "synchronous=%s\n",
             c.threads, c.requests, c.threads,
             c.synchronous ? "true" : "false");
}

static void
open_list_of_bad_ranges (void)
{
  const char *name = options.bad_ranges;
  int fd;

  if (name == NULL)
    return;
  fd = open (name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644);
  if (fd == -1)
    tool_fail ("%s: cannot write the list of bad ranges: %m", name);
  must (copy_list_unreadable (copy, fd, name));
  tool_guard_output ("--bad-ranges", fd);
}

/* The engine runs, and itself prints how far the copy came. */
static bool begun;

static void
say_interrupted (void)
{
  if (tool_signal != 0 && !begun)
    tool_error ("interrupted by a signal (%s) before anything was copied",
                strsignal (tool_signal));
}

static void
begin (void)
{
  struct copy_events events = {
    .message = progress_message,
    .tick = look_at_signals,
    .tick_ms = options.progress.kind ? TICK_MS : -1,
    .wake_fd = tool_signal_fd (),
  };

  copy = copy_new (&options.settings, &events);
  if (copy == NULL)
    give_up ();
}

/* Open the source and the destination. */
static void
open_endpoints (void)
{
  struct endpoint *from, *to;
  char **words = tool_arguments ();

  from = endpoint_open (copy, &options, &words, NULL);
  if (from == NULL)
    give_up ();
  tool_guard_source (from->fd);
  to = endpoint_open (copy, &options, &words, from);
  if (to == NULL)
    give_up ();
  if (*words != NULL)
    tool_usage_error ("one source and one destination, no more: %s", *words);
  guard (from, to);
  must (copy_between (copy, from, to));
  check_endpoints (from, to);
  must (copy_connect (copy));
  if (options.verbose) {
    describe (from, "src");
    describe (to, "dst");
  }
}

int
main (int argc, char *argv[])
{
  options_take (&options, argc, argv);
  tool_catch_signals ();
  tool_at_end (say_interrupted);
  begin ();
  if (options.map)
    select_read (&options);
  open_endpoints ();
  open_list_of_bad_ranges ();
  must (copy_prepare (copy));
  progress_begin (&options.progress, options.settings.verify, copy);
  begun = true;
  endpoint_keep_created ();
  if (options.settings.rate > 0) {
    tool_catch_signal (SIGUSR1, on_signal);
    tool_catch_signal (SIGUSR2, on_signal);
  }

  int r = copy_run (copy), status = r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
  progress_end (copy, r == 0);
  if (copy_end (copy, r == 0) == -1)
    status = EXIT_FAILURE;
  struct copy_counts counts = copy_counts (copy);
  if (counts.unreadable > 0)
    status = EXIT_FAILURE;
  copy_free (copy);
  tool_check_signal ();
  if (counts.unread)
    tool_output_failed (EPIPE);
  tool_finish (status);
}
