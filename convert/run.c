/* SPDX-License-Identifier: MIT */
/* Carry out a plan: a function for each kind of step. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/param.h>
#include <unistd.h>

#include "codec/plain.h"
#include "convert.h"
#include "disk/qcow2.h"
#include "disks.h"
#include "helper/qemu-img.h"
#include "helper/sockets.h"
#include "reflink.h"
#include "scratch.h"

/* The size of an image that is created before the size of the source is
 * known; 16 TiB. */
#define PROVISIONAL_SIZE (UINT64_C (16) << 40)

static void fail (const char *name, const char *why)
  __attribute__ ((noreturn));

/* A signal may have caused the failure.  If so, the signal ends the
 * program. */
static void
fail (const char *name, const char *why)
{
  tool_check_signal ();
  tool_fail ("%s: %s", name, why ? why : "unknown error");
}

/* ---- reading ---- */

static void
read_ranges (struct conversion *v)
{
  v->hand = HOLDS_SOURCE;
}

static void
read_in_order (struct conversion *v)
{
  struct source *s = &v->source;

  if (!s->by_ranges)
    return;
  if (v->image != NULL)
    image_free (v->image);
  v->image = NULL;
  source_read_in_order (s);
}

static void
unpack_parts (struct conversion *v)
{
  if (v->image == NULL || image_is_in_order (v->image))
    make_image (v, false);
  v->hand = HOLDS_IMAGE;
}

static void
unpack_in_order (struct conversion *v)
{
  if (v->image == NULL || !image_is_in_order (v->image))
    make_image (v, true);
  v->hand = HOLDS_IMAGE;
}

static void
save_in_scratch_file (struct conversion *v)
{
  flow_to_scratch (v);
  v->hand = HOLDS_FILE;
}

/* The socket of the nbdkit that reads a URL for us: qemu-nbd can connect to
 * it, too.  NULL for all other sources: an NBD server may need TLS, or be a
 * child of ours. */
static const char *
server_for_others (const struct source *s)
{
  if (s->place == AT_URL && s->by_ranges)
    return s->at.words[0];
  return NULL;
}

/* Let qemu-nbd read what is at hand: a file by its name, the server that
 * reads a URL, or our own server, which serves the image. */
static void
read_format (struct conversion *v)
{
  struct source *s = &v->source;
  enum format f = v->problem.start.format;
  char *socket, *why = NULL;

  if (v->hand == HOLDS_FILE)
    v->reader = helper_read_format (f, v->path, false, &socket, &why);
  else if (v->hand == HOLDS_SOURCE
           && (s->place == AT_FILE || s->place == AT_DEVICE))
    v->reader = helper_read_format (f, s->path, false, &socket, &why);
  else if (v->hand == HOLDS_SOURCE && server_for_others (s))
    v->reader = helper_read_format (f, server_for_others (s), true, &socket,
                                    &why);
  else {
    if (v->hand == HOLDS_SOURCE) {
      v->codec = &codec_plain;
      if (codec_plain.find_parts (s->input, &v->parts, &why) != PARTS_FOUND)
        tool_fail ("%s: it is too large to be served to qemu-nbd", s->name);
      make_image (v, false);
    }
    char *ours;
    int listening = socket_listen (&ours);
    v->serving = image_serve (v->image, listening);
    if (v->serving == NULL)
      tool_fail ("%s: it cannot be served to qemu-nbd: %m", s->name);
    v->reader = helper_read_format (f, ours, true, &socket, &why);
    free (ours);
  }
  if (v->reader == NULL)
    fail (s->name, why);
  tool_set_helper (&v->server, socket, s->name);
  v->hand = HOLDS_SERVER;
  if (v->problem.start.size == UNKNOWN)
    v->problem.start.size = disk_size (&v->server);
}

/* ---- copies that the kernel makes ---- */

static void
share_blocks (struct conversion *v)
{
  destination_begin (&v->to, v->o);
  if (reflink (&v->source, &v->to) == -1)
    tool_fail ("%s: its blocks could not be shared with %s: %m",
               v->source.name, v->to.name);
}

/* ---- writing ---- */

/* Making a disk smaller loses data, unless there is nothing behind the new
 * end. */
static void
look_before_shrinking (struct conversion *v)
{
  uint64_t size = v->problem.goal.size, now = v->problem.start.size;

  if (size != UNKNOWN && now != UNKNOWN && size < now && !v->o->force_shrink)
    table_allows_shrinking (v);
}

static void
write_raw (struct conversion *v)
{
  uint64_t size = v->problem.goal.size;

  look_before_shrinking (v);
  destination_begin (&v->to, v->o);
  flow_to_destination (v);
  if ((v->to.place != AT_FILE && v->to.place != AT_STREAM) || size == UNKNOWN)
    return;
  if (v->copied > size && !v->o->force_shrink)
    tool_fail ("--size: the source has %" PRIu64 " bytes, which do not fit "
               "into %" PRIu64 "; --force-shrink cuts it nevertheless",
               v->copied, size);
  if (v->to.place == AT_STREAM)
    flow_zeroes_to_stream (v->copied, size);
  else if (ftruncate (v->to.fd, size) == -1)
    tool_fail ("%s: cannot make it %" PRIu64 " bytes large: %m", v->to.name,
               size);
}

/* The source has the wanted format already, so its bytes are copied. */
static void
write_as_is (struct conversion *v)
{
  destination_begin (&v->to, v->o);
  flow_to_destination (v);
}

static uint64_t
size_to_make (const struct conversion *v)
{
  uint64_t size = v->problem.goal.size;

  if (size != UNKNOWN)
    return size;
  return v->hand == HOLDS_FILE ? v->copied : v->problem.start.size;
}

static void
start_writer (struct conversion *v, bool compressed)
{
  char *socket, *why = NULL;

  v->writer = helper_write_format (v->to.format, destination_file (&v->to),
                                   compressed, &socket, &why);
  if (v->writer == NULL)
    fail (v->to.name, why);
  tool_set_helper (&v->writing, socket, v->to.name);
}

/* The writer may still hold data.  It writes this before it exits. */
static void
end_writer (struct conversion *v)
{
  char *why = NULL;

  tool_close_others (v->source.handle);
  if (helper_end (v->writer, &why) == -1)
    fail (v->to.name, why);
  v->writer = NULL;
}

static void
write_format (struct conversion *v)
{
  uint64_t size = size_to_make (v);
  bool cut = size == UNKNOWN;
  char *why = NULL;

  look_before_shrinking (v);
  destination_begin (&v->to, v->o);
  if (helper_create (v->to.format, destination_file (&v->to),
                     cut ? PROVISIONAL_SIZE : size, v->o->format_options,
                     &why)
      == -1)
    fail (v->to.name, why);
  start_writer (v, v->o->compress);
  flow_to_destination (v);
  end_writer (v);
  if (cut && qcow2_cut (v->to.fd, v->copied) == -1)
    tool_fail ("%s: the size of the image could not be set to %" PRIu64
               " bytes: %m",
               v->to.name, v->copied);
}

/* Change the destination after the data was written.  If it is not raw,
 * qemu-nbd serves it. */
static void
amend (struct conversion *v, void (*work) (struct conversion *v))
{
  if (v->to.format != RAW)
    start_writer (v, false);
  work (v);
  if (v->to.format != RAW)
    end_writer (v);
}

static void
follow_table (struct conversion *v)
{
  amend (v, table_of_destination_follows);
}

static void
move_partitions (struct conversion *v)
{
  amend (v, partitions_of_destination_move);
}

static void
expand_partition (struct conversion *v)
{
  amend (v, partition_of_destination_expands);
}

static void
grow_file_system (struct conversion *v)
{
  amend (v, file_system_of_destination_grows);
}

/* Create the destination with this size, which is not the source's. */
static void
create_larger (struct conversion *v, uint64_t size)
{
  char *why = NULL;

  if (v->to.format == RAW && ftruncate (v->to.fd, size) == -1)
    tool_fail ("%s: cannot make it %" PRIu64 " bytes large: %m", v->to.name,
               size);
  if (v->to.format != RAW
      && helper_create (v->to.format, destination_file (&v->to), size,
                        v->o->format_options, &why)
           == -1)
    fail (v->to.name, why);
}

static void
convert_locally (struct conversion *v)
{
  uint64_t size = v->problem.goal.size;
  char *why = NULL;

  destination_begin (&v->to, v->o);
  struct helper_conversion c = {
    .from = v->problem.start.format,
    .to = v->to.format,
    .source = v->hand == HOLDS_FILE ? v->path : v->source.path,
    .destination = destination_file (&v->to),
    .compressed = v->o->compress,
    .kept = (v->to.place == AT_DEVICE && v->to.format == RAW)
            || size != UNKNOWN,
    .zero = size != UNKNOWN
            && (v->to.place == AT_FILE || v->to.format != RAW),
    .options = v->o->format_options,
  };
  if (size != UNKNOWN && (v->to.place == AT_FILE || v->to.format != RAW))
    create_larger (v, size);
  if (helper_convert (&c, &why) == -1) {
    tool_check_signal ();
    tool_fail ("%s: it could not be converted to %s: %s", v->source.name,
               v->to.name, why);
  }
  if (v->problem.start.size != UNKNOWN)
    v->copied = v->problem.start.size;
}

static void (*const carry_out[]) (struct conversion *v) = {
  [READ_RANGES] = read_ranges,
  [READ_IN_ORDER] = read_in_order,
  [UNPACK_PARTS] = unpack_parts,
  [UNPACK_IN_ORDER] = unpack_in_order,
  [SCRATCH] = save_in_scratch_file,
  [READ_FORMAT] = read_format,
  [DROP_UNUSED] = unused_is_dropped,
  [REFLINK] = share_blocks,
  [COPY_RANGE] = write_raw,
  [WRITE_RAW] = write_raw,
  [WRITE_AS_IS] = write_as_is,
  [WRITE_FORMAT] = write_format,
  [CONVERT_LOCALLY] = convert_locally,
  [FOLLOW_TABLE] = follow_table,
  [MOVE_PARTITIONS] = move_partitions,
  [EXPAND_PARTITION] = expand_partition,
  [GROW_FILE_SYSTEM] = grow_file_system,
};

/* The first bytes of a stream were read for probing, so the image that holds
 * them has to be copied. */
static void
keep_what_was_read (struct conversion *v)
{
  if (v->codec != NULL || !v->source.input->in_order)
    return;
  v->codec = &codec_plain;
  make_image (v, true);
  v->hand = HOLDS_IMAGE;
}

static void
check_sum (struct conversion *v)
{
  char *why = NULL;

  if (v->checksum == NULL)
    return;
  if (checksum_end (v->checksum, &why) == -1)
    fail (v->source.name, why);
}

/* To resume, the source must be readable at random, and the destination must
 * hold what was written. */
static void
check_resume (const struct conversion *v)
{
  if (v->o->settings.resume == NULL)
    return;
  for (size_t i = 0; i < v->plan.count; i++)
    switch (v->plan.steps[i].step->kind) {
    case READ_IN_ORDER:
    case UNPACK_IN_ORDER:
      tool_fail ("--resume: %s can only be read from its beginning, so an "
                 "interrupted conversion has to begin anew; leave the option "
                 "out",
                 v->source.name);
    case WRITE_FORMAT:
      tool_fail ("--resume: an unfinished %s image cannot be resumed; make a "
                 "raw one (--to=raw), or leave the option out",
                 format_name (v->to.format));
    default: break;
    }
  if (v->source.input->in_order)
    tool_fail ("--resume: %s can only be read once; leave the option out",
               v->source.name);
}

static enum step_kind
next_kind (const struct conversion *v)
{
  return v->plan.steps[v->done].step->kind;
}

static bool
only_reads (enum step_kind kind)
{
  return kind == READ_RANGES || kind == UNPACK_PARTS || kind == READ_FORMAT;
}

/* Nothing but the beginning of the source was read until here. */
static void
begin_reading (struct conversion *v)
{
  if (v->begun)
    return;
  v->begun = true;
  if (next_kind (v) == READ_IN_ORDER) {
    read_in_order (v);
    v->done++;
  }
  begin_checksum (v);
  keep_what_was_read (v);
}

bool
run_reading (struct conversion *v)
{
  if (v->source.input->in_order || next_kind (v) == READ_IN_ORDER)
    return false;
  if (v->o->plan == DO_IT)
    begin_reading (v);
  for (; only_reads (next_kind (v)); v->done++)
    carry_out[next_kind (v)](v);
  enum step_kind kind = next_kind (v);
  return kind != UNPACK_IN_ORDER && kind != SCRATCH;
}

/* If the disk can be examined already, a partition that cannot grow is
 * reported before anything is written. */
static void
look_before_writing (struct conversion *v)
{
  enum step_kind kind = next_kind (v);
  bool in_order = v->hand == HOLDS_IMAGE && image_is_in_order (v->image);

  if (v->o->grow.partition && !v->growth_is_known && !in_order
      && (kind == WRITE_RAW || kind == WRITE_FORMAT))
    growth_of_what_is_at_hand (v);
}

void
run_plan (struct conversion *v)
{
  check_resume (v);
  v->scratch_fd = -1;
  begin_reading (v);
  for (; v->done < v->plan.count; v->done++) {
    look_before_writing (v);
    carry_out[next_kind (v)](v);
  }
  check_sum (v);
  source_end (&v->source);
  destination_finish (&v->to);
}

void
conversion_end (struct conversion *v)
{
  if (v->serving != NULL)
    image_serve_end (v->serving);
  if (v->image != NULL) {
    image_stop (v->image);
    image_free (v->image);
  }
  if (v->checksum != NULL)
    checksum_free (v->checksum);
  unused_free (&v->unused);
  growth_free (&v->growth);
  source_close (&v->source);
}
