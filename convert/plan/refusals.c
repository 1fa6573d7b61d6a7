/* SPDX-License-Identifier: MIT */
/* Explain why there is no plan, and which plan is nearest. */
#include <config.h>

#include <stdlib.h>

#include "plan/amounts.h"
#include "plan.h"
#include "tool.h"

#define WORDS(what)                                      \
  static char *what##_words (const struct problem *asked \
                             __attribute__ ((unused)),   \
                             const struct plan *found    \
                             __attribute__ ((unused)))

static void
grant_scratch (struct problem *p)
{
  p->goal.may_scratch = true;
  p->goal.scratch_room = UNKNOWN;
}

/* Why the source cannot be read at random. */
static char *
order_words (const struct facts *start)
{
  if (start->place == AT_STREAM)
    return tool_format ("the source is a stream");
  if (start->access == IN_ORDER)
    return tool_format ("the source's server sends no ranges");
  return tool_format ("the source is %s of one part, which is unpacked in "
                      "order",
                      codec_name (start->codec));
}

/* The scratch file is needed for one of two reasons: a format or --sparsify
 * has to read at random, or only the size of a raw disk was not known. */
WORDS (scratch)
{
  size_t i = 0;
  while (found->steps[i].step->kind != SCRATCH)
    i++;
  enum format format = found->steps[i].after.format;
  char size[SIZE_WORDS], room[SIZE_WORDS];
  size_words (size, found->scratch);
  size_words (room, asked->goal.scratch_room);
  const char *about = found->steps[i].cost.estimated ? "about " : "";
  char *scratch =
    asked->goal.may_scratch
      ? tool_format ("there is room for only %s of scratch files (--scratch "
                     "names another directory)",
                     room)
      : tool_format ("scratch files are not allowed (--no-scratch)");
  char *order = order_words (&asked->start);
  char *words =
    format_is_raw (format) && !asked->goal.drops_unused
      ? tool_format ("the size of the disk, which %s needs from the "
                     "beginning, cannot be reached: %s, and %s; nearest: "
                     "to say it (--size), or a scratch file of %s%s",
                     format_name (asked->goal.format), order, scratch, about,
                     size)
      : tool_format ("random access, which %s needs, cannot be reached: "
                     "%s, and %s; nearest: a scratch file of %s%s",
                     format_is_raw (format) ? "--sparsify"
                                            : format_name (format),
                     order, scratch, about, size);
  free (order);
  free (scratch);
  return words;
}

static void
grant_no_verify (struct problem *p)
{
  p->goal.read_back = false;
}

WORDS (no_verify)
{
  return tool_format ("verification cannot be reached: a stream cannot be "
                      "read back; nearest: the same without --verify");
}

static void
grant_old_table (struct problem *p)
{
  p->goal.partitioned = false;
}

WORDS (old_table)
{
  return tool_format ("a partition table that follows the new size cannot be "
                      "reached: what was written to a stream cannot be "
                      "changed any more; nearest: a raw file, or the size "
                      "that the source has");
}

static void
grant_uncompressed (struct problem *p)
{
  p->goal.compressed = false;
}

WORDS (uncompressed)
{
  const char *format = format_name (asked->goal.format);
  return tool_format ("compressed clusters cannot be reached: only qcow2 is "
                      "written with them, not %s; nearest: %s without them",
                      format, format);
}

static void
grant_file (struct problem *p)
{
  p->goal.place = AT_FILE;
}

WORDS (file)
{
  const char *place = place_name (asked->goal.place);
  const char *format = format_name (asked->goal.format);
  if (asked->goal.place == AT_URL)
    return tool_format ("a URL cannot be reached: they are only read; "
                        "nearest: a %s file",
                        format);
  return tool_format ("%s on a destination that is no file (%s) cannot be "
                      "reached: qemu makes it only in files; nearest: a %s "
                      "file, or raw on the %s",
                      format, place, format, place);
}

static void
grant_raw (struct problem *p)
{
  p->goal.format = RAW;
}

WORDS (raw)
{
  return tool_format ("%s cannot be reached: it is not one of the formats "
                      "that are written; nearest: raw, or qcow2 in a file",
                      format_name (asked->goal.format));
}

static void
grant_bytes (struct problem *p)
{
  p->start.format = RAW;
}

WORDS (bytes)
{
  return tool_format ("the disk in the source cannot be reached: %s is not "
                      "one of the formats that are read; nearest: to take "
                      "its bytes as they are (--from raw)",
                      format_name (asked->start.format));
}

/* Sorted by what the concession costs the user, the least first. */
const struct concession all_concessions[] = {
  { grant_scratch, scratch_words },
  { grant_no_verify, no_verify_words },
  { grant_old_table, old_table_words },
  { grant_uncompressed, uncompressed_words },
  { grant_file, file_words },
  { grant_raw, raw_words },
  { grant_bytes, bytes_words },
};
const size_t nr_all_concessions = sizeof all_concessions
                                  / sizeof all_concessions[0];

char *
refusal (const struct problem *p)
{
  return tool_format ("no steps lead from %s (%s) to %s (%s)",
                      format_name (p->start.format),
                      place_name (p->start.place),
                      format_name (p->goal.format),
                      place_name (p->goal.place));
}
