/* SPDX-License-Identifier: MIT */
/* Zeroes are detected at all lengths and positions, digests have the known
 * values, and sets of ranges are right. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ranges.h"
#include "engine/scan.h"

#define SIZE 1200

static void
check (bool ok, const char *what, size_t n)
{
  if (ok)
    return;
  fprintf (stderr, "%s: %zu\n", what, n);
  exit (EXIT_FAILURE);
}

static void
check_scan (void)
{
  static unsigned char buffer[SIZE];

  for (size_t n = 0; n < SIZE - 8; n++) {
    /* Bytes before and behind must not count. */
    memset (buffer, 0xff, sizeof buffer);
    memset (buffer + 3, 0, n);
    check (is_zero (buffer + 3, n), "zeroes are not seen", n);
    if (n == 0)
      continue;
    for (size_t i = 0; i < n; i += i < 70 ? 1 : 31) {
      buffer[3 + i] = 1;
      check (!is_zero (buffer + 3, n), "data is not seen", n);
      buffer[3 + i] = 0;
    }
    buffer[3 + n - 1] = 0x80;
    check (!is_zero (buffer + 3, n), "the last byte is not seen", n);
  }
}

static void
check_digest (void)
{
  static const char text[] = "Nobody inspects the spammish repetition";

  check (digest ("", 0, 0) == UINT64_C (0xef46db3751d8e999), "digest", 0);
  check (digest ("a", 1, 0) == UINT64_C (0xd24ec4f1a98c6e5b), "digest", 1);
  check (digest ("abc", 3, 0) == UINT64_C (0x44bc2cf5ad770999), "digest", 3);
  check (digest (text, 39, 0) == UINT64_C (0xfbcea83c8a378bf1), "digest", 39);
}

static void
check_ranges (void)
{
  struct ranges r = { .count = 0 };
  struct range gap;

  ranges_add (&r, 10, 20);
  ranges_add (&r, 30, 40);
  ranges_add (&r, 0, 5);
  check (r.count == 3, "ranges are not kept apart", r.count);
  check (ranges_gap (&r, 0, 50, &gap) && gap.start == 5 && gap.end == 10,
         "the first gap", gap.start);
  check (ranges_gap (&r, 12, 50, &gap) && gap.start == 20 && gap.end == 30,
         "the second gap", gap.start);
  check (ranges_gap (&r, 40, 50, &gap) && gap.start == 40 && gap.end == 50,
         "the last gap", gap.start);
  check (!ranges_gap (&r, 12, 20, &gap), "a gap where there is none", 12);
  ranges_add (&r, 5, 10);
  ranges_add (&r, 20, 30);
  check (r.count == 1 && r.list[0].start == 0 && r.list[0].end == 40,
         "ranges are not joined", r.count);
  ranges_remove (&r, 10, 15);
  ranges_remove (&r, 38, 50);
  check (r.count == 2 && r.list[0].end == 10 && r.list[1].start == 15
           && r.list[1].end == 38,
         "ranges are not removed", r.count);
  check (ranges_count (&r, 5, 20) == 10, "positions are miscounted",
         ranges_count (&r, 5, 20));
  ranges_clear (&r);
}

int
main (void)
{
  check_scan ();
  check_digest ();
  check_ranges ();
  return 0;
}
