/* SPDX-License-Identifier: MIT */

/* Run the rows of the matrix, several at once, each in a process of its own.
 *
 * usage: matrix [ROW]
 * Unless CHECK_LONG is in the environment, each loss in a handshake is tried
 * with one of the servers that may come back, not with each of them. */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "jobs.h"
#include "matrix.h"

#define SECONDS_PER_ROW 60

static char directory[64];
static struct row *rows;

/* In a handshake, it matters little which server comes back. */
static bool
is_chosen (const struct row *row)
{
  return row->phase > RECONNECTING || getenv ("CHECK_LONG") != NULL
         || row->number / NR_RETURNS % NR_RETURNS == row->returns;
}

/* Choose one row, or all rows of this run.  Returns how many. */
static unsigned
choose_rows (const char *one)
{
  unsigned n = 0;

  rows = calloc (count_rows (), sizeof *rows);
  if (rows == NULL)
    abort ();
  if (one != NULL)
    return nth_row (strtoul (one, NULL, 10), rows);
  for (unsigned i = 0; i < count_rows (); i++)
    if (nth_row (i, &rows[n]) && is_chosen (&rows[n]))
      n++;
  return n;
}

static void
run (void *opaque, uint64_t number)
{
  char path[96];

  (void) opaque;
  snprintf (path, sizeof path, "%s/%u", directory, rows[number].number);
  run_row (&rows[number], path);
}

int
main (int argc, char *argv[])
{
  unsigned n = choose_rows (argc > 1 ? argv[1] : NULL);
  struct jobs jobs = {
    .last = n - 1,
    .at_once = 16,
    .what = "chosen row",
    .run = run,
    .seconds = SECONDS_PER_ROW,
  };

  job_directory (directory, sizeof directory);
  run_jobs (&jobs);
  rmdir (directory);
  printf ("%u rows, %u failed, %u without TLS\n", n,
          jobs.failures + jobs.losses + jobs.disturbed, jobs.skipped);
  return n == 0 || jobs.failures + jobs.losses + jobs.disturbed > 0
           ? EXIT_FAILURE
           : EXIT_SUCCESS;
}
