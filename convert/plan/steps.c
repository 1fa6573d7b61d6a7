/* SPDX-License-Identifier: MIT */
/* The table of steps: what each needs, what it changes, and what it costs. */
#include <config.h>

#include "plan/amounts.h"
#include "plan.h"

#define QCOW2_THREADS 4u /* used by qemu to compress one image */

/* The three functions of a step.  Not all use all of their arguments. */
#define MAYBE __attribute__ ((unused))
#define NEEDS(step)                                      \
  static bool step##_needs (const struct facts *f MAYBE, \
                            const struct goal *g MAYBE)
#define CHANGES(step) \
  static void step##_changes (struct facts *f, const struct goal *g MAYBE)
#define COSTS(step)                                      \
  static void step##_costs (const struct facts *f MAYBE, \
                            const struct goal *g MAYBE,  \
                            const struct rates *r MAYBE, struct cost *cost)

/* ---- what several steps share ---- */

/* Whether the image is available as plain bytes, without a codec around it. */
static bool
is_plain (const struct facts *f)
{
  return !f->complete && f->codec == PLAIN && f->place != AT_URL;
}

/* Whether the destination has the size of the source. */
static bool
keeps_size (const struct facts *f, const struct goal *g)
{
  return g->size == UNKNOWN || g->size == f->size;
}

/* Whether the destination may have the same bytes as the image.  If not raw,
 * the disk in it cannot be examined, so no partition of it can grow. */
static bool
keeps_bytes (const struct facts *f, const struct goal *g)
{
  return is_plain (f) && facts_have_format (f, g) && keeps_size (f, g)
         && !f->needs_files && (format_is_raw (f->format) || !g->expands)
         && (f->compressed || !g->compressed);
}

/* A stream cannot be read back. */
static bool
can_read_back (const struct goal *g)
{
  return g->place != AT_STREAM || !g->read_back;
}

/* Whether qemu can create this destination.  Only qcow2 can compress clusters
 * as they are written, and only qcow2 fits on a device, which cannot grow. */
static bool
can_create (const struct goal *g)
{
  bool qcow2 = g->format == QCOW2;
  return (g->format != RAW && format_is_written (g->format)
          && (qcow2 || !g->compressed)
          && (g->place == AT_FILE || (g->place == AT_DEVICE && qcow2)));
}

/* After this step the data is served, at random or in order. */
static void
is_served (struct facts *f, enum access access)
{
  f->place = access == IN_ORDER ? AT_STREAM : AT_NBD;
  f->access = access;
  f->users = false;
}

static void
becomes_destination (struct facts *f, const struct goal *g)
{
  /* A disk that keeps its size needs no change of its table, even if the
   * table does not fit its size. */
  f->partitions_grown |= keeps_size (f, g) && !g->expands;
  f->place = g->place;
  f->access = g->place == AT_STREAM ? IN_ORDER : AT_RANDOM;
  f->format = g->format;
  f->compressed |= g->compressed;
  f->users = false;
  f->complete = true;
  if (g->size != UNKNOWN)
    f->size = g->size;
}

/* ---- read ranges, read in order ---- */

NEEDS (ranges)
{
  return f->place == AT_URL && f->access == AT_RANDOM;
}

CHANGES (ranges)
{
  is_served (f, AT_RANDOM);
}

COSTS (ranges)
{
  struct amounts a = amounts_of (f);
  cost->bytes = a.stored;
  cost->estimated = a.stored_guessed;
  cost->seconds = time_reading (f, r, a.stored) + time_checking (f, g, r);
  cost->cpu = a.stored / r->memory;
  cost->processes = 1;
}

NEEDS (order)
{
  return f->place == AT_URL;
}

CHANGES (order)
{
  is_served (f, IN_ORDER);
}

COSTS (order)
{
  struct facts in_order = *f;
  in_order.access = IN_ORDER;
  ranges_costs (&in_order, g, r, cost);
}

/* ---- unpack parts, unpack in order ---- */

NEEDS (parts)
{
  return f->codec != PLAIN && f->place != AT_URL && f->access == AT_RANDOM
         && f->parts > 1;
}

NEEDS (unpack)
{
  return f->codec != PLAIN && f->place != AT_URL;
}

static void
unpacks (struct facts *f, enum access access)
{
  struct amounts a = amounts_of (f);
  is_served (f, access);
  f->codec = PLAIN;
  f->parts = 0;
  f->stored = f->unpacked = a.unpacked;
  f->guessed = a.unpacked_guessed;
}

CHANGES (parts)
{
  unpacks (f, AT_RANDOM);
}

CHANGES (unpack)
{
  unpacks (f, IN_ORDER);
}

static void
decoding_costs (const struct facts *f, const struct rates *r, uint64_t parts,
                struct cost *cost)
{
  struct amounts a = amounts_of (f);
  cost->bytes = a.unpacked;
  cost->estimated = a.unpacked_guessed;
  cost->threads = parts < r->cores ? parts : r->cores;
  cost->cpu = a.unpacked / r->decode[f->codec];
  cost->seconds = longer_time (time_reading (f, r, a.stored),
                               cost->cpu / cost->threads);
}

COSTS (parts)
{
  decoding_costs (f, r, f->parts, cost);
  cost->seconds += time_checking (f, g, r);
}

/* Only liblzma decodes a stream with several threads. */
COSTS (unpack)
{
  decoding_costs (f, r, f->codec == XZ && f->parts > 1 ? f->parts : 1, cost);
}

/* ---- scratch ---- */

NEEDS (scratch)
{
  struct amounts a = amounts_of (f);
  return !f->complete && f->place == AT_STREAM && g->may_scratch
         && (a.stored_guessed || a.stored <= g->scratch_room);
}

CHANGES (scratch)
{
  f->place = AT_FILE;
  f->access = AT_RANDOM;
  f->users = false;
}

COSTS (scratch)
{
  struct amounts a = amounts_of (f);
  cost->bytes = cost->scratch = a.stored;
  cost->estimated = a.stored_guessed;
  cost->cpu = a.stored / r->memory;
  cost->seconds = longer_time (time_reading (f, r, a.stored),
                               a.stored / r->disk_write);
}

/* ---- read format ---- */

NEEDS (format)
{
  return is_plain (f) && f->access == AT_RANDOM && format_is_read (f->format);
}

CHANGES (format)
{
  struct amounts a = amounts_of (f);
  is_served (f, AT_RANDOM);
  f->format = RAW;
  f->compressed = f->needs_files = f->doubtful = false;
  f->data = a.data;
  f->stored = f->unpacked = f->size == UNKNOWN ? a.data : f->size;
  f->guessed = a.data_guessed;
}

COSTS (format)
{
  struct amounts a = amounts_of (f);
  cost->bytes = a.data;
  cost->estimated = a.data_guessed;
  cost->cpu = a.data / r->format;
  cost->seconds = longer_time (time_reading_disk (f, g, r), cost->cpu);
  cost->processes = 1;
}

/* ---- drop unused ---- */

NEEDS (drop)
{
  return g->drops_unused && !f->unused_dropped && is_plain (f)
         && f->access == AT_RANDOM && format_is_raw (f->format);
}

CHANGES (drop)
{
  f->unused_dropped = true;
  f->users = false;
}

/* Reads bitmaps and descriptors, about 1/10000 of a file system. */
COSTS (drop)
{
  struct amounts a = amounts_of (f);
  cost->bytes = a.data;
  cost->estimated = true;
  cost->seconds = 0.01 + time_reading (f, r, a.data / 10000);
}

/* ---- reflink, copy range ---- */

static bool
copies_file (const struct facts *f, const struct goal *g)
{
  return f->place == AT_FILE && f->users && f->access == AT_RANDOM
         && g->place == AT_FILE && keeps_bytes (f, g);
}

NEEDS (reflink)
{
  return g->may_reflink && copies_file (f, g);
}

NEEDS (range)
{
  return g->may_copy_range && !g->needs_engine && copies_file (f, g);
}

COSTS (reflink)
{
  cost->seconds = 0.001 + time_checking (f, g, r);
}

/* How many bytes are copied: of a raw disk, without its holes. */
static uint64_t
bytes_of (const struct facts *f, const struct amounts *a)
{
  return format_is_raw (f->format) ? a->data : a->stored;
}

COSTS (moving)
{
  struct amounts a = amounts_of (f);
  uint64_t bytes = bytes_of (f, &a);
  cost->bytes = bytes;
  cost->estimated = format_is_raw (f->format) ? a.data_guessed
                                              : a.stored_guessed;
  cost->seconds =
    longer_time (time_reading (f, r, f->access == IN_ORDER ? a.stored : bytes)
                   + time_checking (f, g, r),
                 time_writing (g, r, bytes))
    + time_reading_back (g, r, bytes);
}

/* ---- write raw, write as is, write format, convert locally ---- */

NEEDS (raw)
{
  return is_plain (f) && format_is_raw (f->format) && g->format == RAW
         && !g->compressed && g->place != AT_URL && can_read_back (g);
}

NEEDS (as_is)
{
  return keeps_bytes (f, g) && !format_is_raw (f->format) && can_read_back (g)
         && (g->place == AT_FILE || g->place == AT_STREAM);
}

COSTS (write)
{
  moving_costs (f, g, r, cost);
  cost->cpu = cost->bytes / r->memory;
}

/* qemu-img create needs a size; only that of qcow2 can be corrected later. */
static bool
knows_size (const struct facts *f, const struct goal *g)
{
  return (g->format == QCOW2 && !g->needs_size) || g->size != UNKNOWN
         || f->size != UNKNOWN || f->access == AT_RANDOM;
}

NEEDS (write_format)
{
  return is_plain (f) && format_is_raw (f->format) && can_create (g)
         && knows_size (f, g);
}

COSTS (creating)
{
  struct amounts a = amounts_of (f);
  double encoding = g->compressed ? a.data / r->encode : 0;
  cost->bytes = a.data;
  cost->estimated = a.data_guessed;
  cost->cpu = a.data / r->format + encoding;
  cost->seconds =
    longer_time (
      longer_time (time_reading_disk (f, g, r), time_writing (g, r, a.data)),
      longer_time (a.data / r->format,
                   encoding
                     / (r->cores < QCOW2_THREADS ? r->cores : QCOW2_THREADS)))
    + time_reading_back (g, r, a.data);
}

COSTS (write_format)
{
  creating_costs (f, g, r, cost);
  cost->processes = 2;
}

/* qemu-img makes raw files, too, but it cannot make a disk smaller. */
NEEDS (convert)
{
  bool from = f->place == AT_FILE || f->place == AT_DEVICE;
  bool to = can_create (g)
            || (g->format == RAW && !g->compressed
                && (g->place == AT_FILE || g->place == AT_DEVICE));
  return is_plain (f) && f->access == AT_RANDOM && from && to
         && !g->needs_engine && !g->expands && f->format != LUKS
         && (keeps_size (f, g) || (f->size != UNKNOWN && g->size > f->size));
}

/* A larger destination is created by another process first. */
COSTS (convert)
{
  creating_costs (f, g, r, cost);
  cost->processes = keeps_size (f, g) ? 1 : 2;
}

/* ---- follow table ---- */

NEEDS (table)
{
  return f->complete && g->partitioned && !f->partitions_grown
         && f->place != AT_STREAM;
}

CHANGES (table)
{
  f->partitions_grown = true;
}

/* Both copies of the GPT have 34 sectors. */
COSTS (table)
{
  cost->bytes = 2 * 34 * 512;
  cost->seconds = 0.01;
  cost->processes = f->format == RAW ? 0 : 1;
}

/* ---- move partitions, expand partition, grow file system ---- */

/* Partitions are moved after the table has followed the new size. */
NEEDS (move)
{
  return f->complete && f->place != AT_STREAM && g->moves > 0 && !f->moved
         && (!g->partitioned || f->partitions_grown);
}

CHANGES (move)
{
  f->moved = true;
}

/* Before the disk is examined, all of it might have to move. */
COSTS (move)
{
  struct amounts a = amounts_of (f);
  cost->estimated = g->moves == UNKNOWN;
  cost->bytes = cost->estimated ? a.data : g->moves;
  cost->seconds = 0.01 + cost->bytes / r->disk_read
                  + time_writing (g, r, cost->bytes);
  cost->processes = f->format == RAW ? 0 : 1;
}

NEEDS (expand)
{
  return f->complete && f->place != AT_STREAM && g->expands && !f->expanded
         && (g->moves == 0 || f->moved)
         && (!g->partitioned || f->partitions_grown);
}

CHANGES (expand)
{
  f->expanded = true;
}

NEEDS (fill)
{
  return f->expanded && g->fills && !f->filled;
}

CHANGES (fill)
{
  f->filled = true;
}

/* The bitmaps and inodes that are written are about 1/64 of the growth. */
COSTS (fill)
{
  struct amounts a = amounts_of (f);
  cost->estimated = true;
  cost->bytes = (g->grows == UNKNOWN ? a.data : g->grows) / 64;
  cost->seconds = 0.1 + time_writing (g, r, cost->bytes);
  cost->processes = f->format == RAW && f->place != AT_NBD ? 1 : 3;
}

const struct step all_steps[] = {
  { "read ranges", READ_RANGES, false, ranges_needs, ranges_changes,
    ranges_costs },
  { "read in order", READ_IN_ORDER, false, order_needs, order_changes,
    order_costs },
  { "unpack parts", UNPACK_PARTS, false, parts_needs, parts_changes,
    parts_costs },
  { "unpack in order", UNPACK_IN_ORDER, false, unpack_needs, unpack_changes,
    unpack_costs },
  { "drop unused", DROP_UNUSED, false, drop_needs, drop_changes, drop_costs },
  { "reflink", REFLINK, true, reflink_needs, becomes_destination,
    reflink_costs },
  { "copy range", COPY_RANGE, true, range_needs, becomes_destination,
    moving_costs },
  { "write raw", WRITE_RAW, true, raw_needs, becomes_destination,
    write_costs },
  { "write as is", WRITE_AS_IS, true, as_is_needs, becomes_destination,
    write_costs },
  { "read format", READ_FORMAT, false, format_needs, format_changes,
    format_costs },
  { "convert locally", CONVERT_LOCALLY, true, convert_needs,
    becomes_destination, convert_costs },
  { "write format", WRITE_FORMAT, true, write_format_needs,
    becomes_destination, write_format_costs },
  { "scratch", SCRATCH, true, scratch_needs, scratch_changes, scratch_costs },
  { "follow table", FOLLOW_TABLE, true, table_needs, table_changes,
    table_costs },
  { "move partitions", MOVE_PARTITIONS, true, move_needs, move_changes,
    move_costs },
  { "expand partition", EXPAND_PARTITION, true, expand_needs, expand_changes,
    table_costs },
  { "grow file system", GROW_FILE_SYSTEM, true, fill_needs, fill_changes,
    fill_costs },
};
const size_t nr_all_steps = sizeof all_steps / sizeof all_steps[0];
