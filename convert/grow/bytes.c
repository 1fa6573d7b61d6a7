/* SPDX-License-Identifier: MIT */
/* Move and zero ranges of a disk. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <sys/param.h>

#include "engine/scan.h"
#include "grow/layout.h"
#include "tool.h"

#define PIECE (UINT64_C (1) << 20)

static int
write_zeroes (struct disk *d, uint64_t from, uint64_t length, char **why)
{
  static const char zeroes[64 * 1024];

  for (uint64_t part; length > 0; from += part, length -= part) {
    part = MIN (length, sizeof zeroes);
    tool_check_signal ();
    if (d->write (d, zeroes, part, from, why) == -1)
      return -1;
  }
  return 0;
}

static bool
is_known_zero (struct disk *d, uint64_t from, uint64_t length)
{
  return d->zeroes != NULL && d->zeroes (d, from) >= length;
}

int
bytes_zero (struct disk *d, uint64_t from, uint64_t length, char **why)
{
  if (length == 0 || is_known_zero (d, from, length))
    return 0;
  return d->zero ? d->zero (d, length, from, why)
                 : write_zeroes (d, from, length, why);
}

static int
move_piece (struct disk *d, char *buffer, uint64_t from, uint64_t to,
            uint64_t length, char **why)
{
  tool_check_signal ();
  if (is_known_zero (d, from, length))
    return bytes_zero (d, to, length, why);
  if (d->read (d, buffer, length, from, why) == -1)
    return -1;
  return is_zero (buffer, length) ? bytes_zero (d, to, length, why)
                                  : d->write (d, buffer, length, to, why);
}

/* Begin at the end, so that nothing is overwritten before it was read. */
int
bytes_move (struct disk *d, uint64_t from, uint64_t to, uint64_t length,
            char **why)
{
  char *buffer = malloc (PIECE);
  int r = 0;

  if (buffer == NULL)
    return table_fault (why, "no memory for %" PRIu64 " bytes", PIECE);
  for (uint64_t part; length > 0 && r == 0; length -= part) {
    part = length % PIECE ? length % PIECE : PIECE;
    uint64_t at = length - part;
    r = move_piece (d, buffer, from + at, to + at, part, why);
  }
  free (buffer);
  return r;
}
