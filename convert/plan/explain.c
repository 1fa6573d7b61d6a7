/* SPDX-License-Identifier: MIT */
/* Print plans, for people and for programs. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plan/amounts.h"
#include "plan.h"
#include "tool.h"

#define COLUMNS 78
#define RUNS 48
#define TIME_WORDS 24

/* Which program or library carries a step out that follows F. */
static const char *
runs (char buffer[RUNS], const struct step *step, const struct facts *f,
      const struct cost *cost)
{
  static const char *const libraries[CODECS] = {
    [PLAIN] = "",    [XZ] = "liblzma",   [ZSTD] = "libzstd",
    [GZIP] = "zlib", [BZIP2] = "libbz2",
  };
  static const char *const others[] = {
    [READ_RANGES] = "nbdkit",         [READ_IN_ORDER] = "curl",
    [SCRATCH] = "nbdconvert",         [READ_FORMAT] = "qemu-nbd",
    [DROP_UNUSED] = "libext2fs",      [REFLINK] = "the file system",
    [COPY_RANGE] = "the kernel",      [WRITE_RAW] = "nbdconvert",
    [WRITE_AS_IS] = "nbdconvert",     [WRITE_FORMAT] = "qemu-img, qemu-nbd",
    [CONVERT_LOCALLY] = "qemu-img",   [FOLLOW_TABLE] = "libfdisk",
    [MOVE_PARTITIONS] = "nbdconvert", [EXPAND_PARTITION] = "nbdconvert",
    [GROW_FILE_SYSTEM] = "resize2fs",
  };
  if (cost->threads > 0)
    snprintf (buffer, RUNS, "%s, %u thread%s", libraries[f->codec],
              cost->threads, cost->threads == 1 ? "" : "s");
  else
    snprintf (buffer, RUNS, "%s", others[step->kind]);
  return buffer;
}

/* The facts before a step. */
static const struct facts *
before (const struct problem *p, const struct plan *plan, size_t i)
{
  return i == 0 ? &p->start : &plan->steps[i - 1].after;
}

/* ---- --plan ---- */

static const char *
time_words (char buffer[TIME_WORDS], double seconds)
{
  if (seconds < 0.995)
    snprintf (buffer, TIME_WORDS, "%.2f s", seconds);
  else if (seconds < 9.95)
    snprintf (buffer, TIME_WORDS, "%.1f s", seconds);
  else if (seconds < 599.5)
    snprintf (buffer, TIME_WORDS, "%.0f s", seconds);
  else if (seconds < 119.5 * 60)
    snprintf (buffer, TIME_WORDS, "%.0f min", seconds / 60);
  else
    snprintf (buffer, TIME_WORDS, "%.0f h", seconds / 3600);
  return buffer;
}

/* A tilde marks numbers that are estimates. */
static void
print_row (const struct problem *p, const struct plan *plan, size_t i)
{
  const struct cost *cost = &plan->steps[i].cost;
  const char *tilde = cost->estimated ? "~" : "";
  char by[RUNS], bytes[SIZE_WORDS], time[TIME_WORDS], scratch[SIZE_WORDS];
  char *amount = tool_format ("%s%s", tilde, size_words (bytes, cost->bytes));
  char *duration = tool_format ("%s%s", tilde,
                                time_words (time, cost->seconds));
  char *space = cost->scratch == 0
                  ? tool_format ("-")
                  : tool_format ("%s%s", tilde,
                                 size_words (scratch, cost->scratch));
  printf ("%2zu  %-16s  %-20s  %9s  %9s  %9s\n", i + 1,
          plan->steps[i].step->name,
          runs (by, plan->steps[i].step, before (p, plan, i), cost), amount,
          duration, space);
  free (amount);
  free (duration);
  free (space);
}

/* Print the names of the steps, in lines of at most COLUMNS. */
static void
print_steps (const struct plan *plan)
{
  size_t column = COLUMNS;
  for (size_t i = 0; i < plan->count; i++) {
    const char *name = plan->steps[i].step->name;
    size_t length = strlen (name) + 1; /* with a comma */
    bool fits = column + 1 + length <= COLUMNS;
    printf ("%s%s%s",
            i == 0 ? "  "
            : fits ? " "
                   : "\n    ",
            name, i + 1 < plan->count ? "," : "\n");
    column = (i == 0 ? 2 : fits ? column + 1 : 4) + length;
  }
}

/* Print how much worse this plan is than the best one. */
static void
print_difference (const struct plan *best, const struct plan *plan)
{
  char buffer[TIME_WORDS], size[SIZE_WORDS];
  double slower = plan->seconds - best->seconds;
  double apart = slower < 0 ? -slower : slower;
  if (apart < 0.05)
    printf ("    as fast");
  else
    printf ("    %s %s", time_words (buffer, apart),
            slower < 0 ? "faster" : "slower");
  if (plan->count > best->count)
    printf (", steps: %zu more", plan->count - best->count);
  if (plan->processes > best->processes)
    printf (", processes: %u more", plan->processes - best->processes);
  if (plan->scratch > best->scratch)
    printf (", scratch space: %s more",
            size_words (size, plan->scratch - best->scratch));
  printf ("\n");
}

static bool
guesses_scratch (const struct plan *plan)
{
  for (size_t i = 0; i < plan->count; i++)
    if (plan->steps[i].cost.scratch > 0 && plan->steps[i].cost.estimated)
      return true;
  return false;
}

void
plan_print (const struct problem *p, const struct plan *best,
            const struct plan others[2], size_t nr)
{
  printf ("    %-16s  %-20s  %9s  %9s  %9s\n", "step", "by", "bytes", "time",
          "scratch");
  for (size_t i = 0; i < best->count; i++)
    print_row (p, best, i);

  char time[TIME_WORDS], scratch[SIZE_WORDS];
  const char *tilde = best->estimated ? "~" : "";
  printf ("Total: %s%s, scratch space: ", tilde,
          time_words (time, best->seconds));
  if (best->scratch == 0)
    printf ("none");
  else
    printf ("%s%s", guesses_scratch (best) ? "~" : "",
            size_words (scratch, best->scratch));
  printf (", processes: %u\n", best->processes);
  if (best->estimated)
    printf (
      "~: estimated, since it is not known how much the source holds\n");
  growth_print (p);
  if (nr > 0)
    printf ("Not chosen:\n");
  for (size_t i = 0; i < nr; i++) {
    print_steps (&others[i]);
    print_difference (best, &others[i]);
  }
}

/* ---- --plan=json ----
 *
 * An object with these members, and others in the future:
 *
 *   seconds      of the whole plan
 *   estimated    true if some of the sizes are not known
 *   scratch      bytes of all scratch files
 *   processes    how many are started
 *   steps        a list, in order, of objects:
 *     step         its name, such as "unpack parts"
 *     runs         the program or library that carries it out, in words
 *     bytes        that the step outputs
 *     seconds      if nothing else runs; the steps up to one that ends a
 *                  stream run at the same time
 *     cpu-seconds  on one core
 *     scratch, processes, threads, estimated
 *     ends-stream  true if the next step begins when this one is done
 *     result       what there is after the step: place, codec and format, in
 *                  words; random-access, true or false; size of the disk, or
 *                  null if it is not known yet
 *   growth       only if a partition is to grow: see plan/growth.c
 *   not-chosen   a list of up to two objects, the best of the other plans, with
 *                the same members but this one and growth */

static const char *
boolean (bool value)
{
  return value ? "true" : "false";
}

static void
print_json_step (const struct problem *p, const struct plan *plan, size_t i)
{
  const struct step *step = plan->steps[i].step;
  const struct facts *after = &plan->steps[i].after;
  const struct cost *cost = &plan->steps[i].cost;
  char by[RUNS], size[24] = "null";
  if (after->size != UNKNOWN)
    snprintf (size, sizeof size, "%" PRIu64, after->size);
  printf ("{ \"step\": \"%s\", \"runs\": \"%s\", \"bytes\": %" PRIu64
          ", \"seconds\": %.6f, \"cpu-seconds\": %.6f, \"scratch\": %" PRIu64
          ", \"processes\": %u, \"threads\": %u, \"estimated\": %s, "
          "\"ends-stream\": %s, \"result\": { \"place\": \"%s\", "
          "\"codec\": \"%s\", \"format\": \"%s\", \"random-access\": %s, "
          "\"size\": %s } }",
          step->name, runs (by, step, before (p, plan, i), cost), cost->bytes,
          cost->seconds, cost->cpu, cost->scratch, cost->processes,
          cost->threads, boolean (cost->estimated),
          boolean (step->ends_stream), place_name (after->place),
          codec_name (after->codec), format_name (after->format),
          boolean (after->access == AT_RANDOM), size);
}

/* Print all members but the last ones. */
static void
print_json_plan (const struct problem *p, const struct plan *plan,
                 const char *indent)
{
  printf ("%s\"seconds\": %.6f,\n%s\"estimated\": %s,\n", indent,
          plan->seconds, indent, boolean (plan->estimated));
  printf ("%s\"scratch\": %" PRIu64 ",\n%s\"processes\": %u,\n", indent,
          plan->scratch, indent, plan->processes);
  printf ("%s\"steps\": [", indent);
  for (size_t i = 0; i < plan->count; i++) {
    printf ("%s\n%s  ", i == 0 ? "" : ",", indent);
    print_json_step (p, plan, i);
  }
  printf ("\n%s]", indent);
}

void
plan_print_json (const struct problem *p, const struct plan *best,
                 const struct plan others[2], size_t nr)
{
  printf ("{\n");
  print_json_plan (p, best, "  ");
  if (p->goal.expands) {
    printf (",\n  \"growth\": ");
    growth_print_json (p, "  ");
  }
  printf (",\n  \"not-chosen\": [");
  for (size_t i = 0; i < nr; i++) {
    printf ("%s\n    {\n", i == 0 ? "" : ",");
    print_json_plan (p, &others[i], "      ");
    printf ("\n    }");
  }
  printf ("%s]\n}\n", nr == 0 ? "" : "\n  ");
}
