/* SPDX-License-Identifier: MIT */
/* Copy what is at hand, with nbdcopy's engine. */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/param.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/plain.h"
#include "convert.h"
#include "probe.h"
#include "scratch.h"

/* A server that accepts one client at a time may take a moment to notice that
 * our first connection, for examining the image, is closed.  Until then
 * connecting is tried again. */
#define AGAIN_MS 5000

/* How often progress is updated. */
#define TICK_MS 100

static struct copy *copy; /* the running copy */

static void
tick (void *opaque)
{
  (void) opaque;
  if (tool_signal != 0)
    copy_interrupt (copy);
  progress_tick (copy);
}

/* ---- what went wrong ---- */

static void
print_helper (struct helper *h)
{
  char *said = h ? helper_said (h) : NULL;

  if (said != NULL)
    tool_error ("%s", said);
  free (said);
}

/* The engine has printed what failed.  Our server and the helpers may know
 * why. */
static void give_up (struct conversion *v) __attribute__ ((noreturn));

static void
give_up (struct conversion *v)
{
  progress_hide ();
  tool_check_signal ();
  if (v->serving && image_serve_why (v->serving))
    tool_error ("%s: %s", v->source.name, image_serve_why (v->serving));
  print_helper (v->source.helper);
  print_helper (v->reader);
  print_helper (v->writer);
  if (v->o->settings.resume && v->to.unfinished)
    tool_error ("%s: what was copied is in %s; run the same command again to "
                "continue",
                v->to.name, v->to.unfinished);
  exit (EXIT_FAILURE);
}

static void
must (struct conversion *v, int r)
{
  if (r == -1)
    give_up (v);
}

/* ---- the two ends ---- */

static struct endpoint *
open_source (struct conversion *v)
{
  struct source *s = &v->source;

  switch (v->hand) {
  case HOLDS_IMAGE: return image_endpoint (copy, v->image);
  case HOLDS_FILE: return file_open (copy, v->scratch_fd, s->name, true);
  case HOLDS_SERVER: return nbd_open (copy, &v->server, NULL);
  case HOLDS_SOURCE: break;
  }
  if (s->place == AT_FILE || s->place == AT_DEVICE)
    return file_open (copy, s->fd, s->name, true);
  source_leave (s);
  return nbd_open (copy, &s->at, NULL);
}

static struct endpoint *
open_destination (struct conversion *v, const struct endpoint *from)
{
  const struct destination *d = &v->to;

  if (v->writer != NULL)
    return nbd_open (copy, &v->writing, from);
  switch (d->place) {
  case AT_NBD: return nbd_open (copy, &d->at, from);
  case AT_STREAM: return standard_open (copy, false);
  default: return file_open (copy, d->fd, d->name, false);
  }
}

/* ---- copying ---- */

static void
begin (struct conversion *v, const struct copy_settings *settings)
{
  struct copy_events events = {
    .message = progress_message,
    .quiet = v->o->quiet,
    .tick = tick,
    .tick_ms = v->o->progress.kind ? TICK_MS : -1,
    .wake_fd = tool_signal_fd (),
  };

  copy = copy_new (settings, &events);
  if (copy == NULL)
    give_up (v);
}

static void
run (struct conversion *v, struct endpoint *from, struct endpoint *to,
     const struct progress_settings *progress, bool verify)
{
  if (from == NULL || to == NULL)
    give_up (v);
  must (v, copy_between (copy, from, to));
  must (v, copy_connect (copy));
  must (v, copy_prepare (copy));
  progress_begin (progress, verify, copy);
  int r = copy_run (copy);
  progress_end (copy, r == 0);
  int ended = copy_end (copy, r == 0);
  struct copy_counts counts = copy_counts (copy);
  /* The reader of our standard output has closed it.  That is not an error of
   * ours. */
  if (counts.unread)
    tool_output_failed (EPIPE);
  must (v, ended);
  must (v, r);
  v->copied = counts.length;
  copy_free (copy);
  copy = NULL;
}

/* If the image comes in order, its end is only seen after everything was
 * copied, to FD.  It may be missing.  The footer of a fixed VHD is there. */
static void
look_at_end (const struct conversion *v, int fd)
{
  unsigned char footer[PROBE_FOOTER];
  enum format format = v->problem.start.format;
  char *why = NULL;

  if (v->hand != HOLDS_IMAGE || !image_is_in_order (v->image))
    return;
  if (!format_is_raw (format) && !probe_has_end (fd, v->copied, format, &why))
    tool_fail ("%s: %s", v->source.name, why);
  if (v->end_unseen
      && image_tail (v->image, footer, sizeof footer) == sizeof footer
      && probe_ends_fixed_vhd (footer, v->copied))
    tool_fail ("%s: this was taken for a raw image, but its end, which could "
               "only be seen now, says that it is a fixed vhd image; "
               "--from=vhd reads it as that%s",
               v->source.name,
               v->codec == &codec_plain ? ", --from=raw copies it as it is"
                                        : "");
}

/* Programs that read our progress expect one count to 100.  So only the
 * progress bar, which is for people, shows this copy, too. */
void
flow_to_scratch (struct conversion *v)
{
  static const struct progress_settings none;
  struct copy_settings settings = v->o->settings;
  bool bar = v->o->progress.kind == PROGRESS_BAR;

  settings.resume = NULL;
  settings.verify = settings.flush = false;
  begin (v, &settings);
  struct endpoint *from = open_source (v);
  v->scratch_fd = scratch_open (v->o, &v->path);
  char *name = tool_format ("the scratch file in %s",
                            scratch_directory (v->o));
  struct endpoint *to = file_open (copy, v->scratch_fd, name, false);
  run (v, from, to, bar ? &v->o->progress : &none, false);
  look_at_end (v, v->scratch_fd);
  free (name);
}

/* Data behind the new size is not copied.  run.c has checked that this loses
 * nothing. */
static void
set_window (struct copy_settings *settings, const struct conversion *v)
{
  uint64_t size = v->problem.goal.size, now = v->problem.start.size;

  if (size != UNKNOWN && now != UNKNOWN && size < now)
    settings->length[0] = size;
}

/* A device or an export keeps its size. */
static void
check_size (struct conversion *v, const struct endpoint *to)
{
  uint64_t size = v->problem.goal.size;

  if (size != UNKNOWN && v->writer == NULL && !to->grows && to->size != -1
      && (uint64_t) to->size != size)
    tool_fail ("--size: %s has %lld bytes, which cannot be changed here to "
               "%llu; leave --size out, or change the size there",
               to->name, (long long) to->size, (unsigned long long) size);
}

void
flow_to_destination (struct conversion *v)
{
  struct copy_settings settings = v->o->settings;

  char *origin = settings.resume ? source_identity (&v->source) : NULL;
  settings.origin = origin;
  settings.destination_is_zero = v->writer != NULL;
  if (v->hand == HOLDS_SOURCE && v->source.place == AT_NBD)
    settings.again_ms = AGAIN_MS;
  set_window (&settings, v);
  begin (v, &settings);
  struct endpoint *from = open_source (v);
  if (from != NULL && v->unused.count > 0)
    unused_leave_out (from, &v->unused);
  struct endpoint *to = from ? open_destination (v, from) : NULL;
  if (to != NULL)
    check_size (v, to);
  if (to != NULL && v->to.place == AT_NBD && !to->can_flush)
    say (v,
         "%s: this server has no flush, so nobody can tell when the result "
         "is durable",
         to->name);
  run (v, from, to, &v->o->progress, settings.verify);
  look_at_end (v, v->to.fd);
  free (origin);
}

/* ---- zeroes at the end of a stream ---- */

/* Wait until standard output takes more, or until a signal. */
static void
wait_for_output (void)
{
  struct pollfd p[2] = { { .fd = STDOUT_FILENO, .events = POLLOUT },
                         { .fd = tool_signal_fd (), .events = POLLIN } };

  poll (p, 2, -1);
  tool_check_signal ();
}

/* Extend standard output by a hole, if it is a file that ends where we are.
 * Returns false if it is not. */
static bool
extend_file (uint64_t length)
{
  struct stat st;
  off_t at = lseek (STDOUT_FILENO, 0, SEEK_CUR);

  return fstat (STDOUT_FILENO, &st) == 0 && S_ISREG (st.st_mode)
         && st.st_size == at && ftruncate (STDOUT_FILENO, at + length) == 0
         && lseek (STDOUT_FILENO, 0, SEEK_END) != -1;
}

void
flow_zeroes_to_stream (uint64_t from, uint64_t to)
{
  static const char zeroes[64 * 1024];

  if (from >= to || extend_file (to - from))
    return;
  while (from < to) {
    wait_for_output ();
    ssize_t n = write (STDOUT_FILENO, zeroes, MIN (to - from, sizeof zeroes));
    if (n > 0)
      from += n;
    else if (errno != EINTR && errno != EAGAIN)
      tool_output_failed (errno);
  }
}
