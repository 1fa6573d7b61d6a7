/* SPDX-License-Identifier: MIT */
/* Read a few bytes at many places of an input. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "tool.h"

#include "codec/peek.h"

#define LOCAL_PIECE PEEK_MOST
#define FREE_READS 64
#define READ_EVERY (UINT64_C (1) << 20)

const unsigned char *
peek (struct peek *p, uint64_t at, size_t length, char **why)
{
  if (at < p->at || at + length > p->at + p->length) {
    size_t piece = p->in->fd >= 0 ? LOCAL_PIECE : PEEK_PIECE;
    if (piece > p->in->size - at)
      piece = p->in->size - at;
    if (p->in->fd < 0 && p->reads >= FREE_READS + at / READ_EVERY)
      return NULL;
    p->length = 0;
    if (read_all (p->in, p->piece, piece, at, why) == -1)
      return NULL;
    p->at = at;
    p->length = piece;
    p->reads++;
  }
  return p->piece + (at - p->at);
}

int
read_all (struct input *in, void *buffer, size_t length, uint64_t at,
          char **why)
{
  ssize_t r = input_read (in, buffer, length, at, why);

  if (r >= 0 && (size_t) r == length)
    return 0;
  if (r >= 0)
    *why = tool_format ("it ends at byte %" PRIu64 ", but had %" PRIu64
                        " bytes when it was opened",
                        at + r, in->size);
  else if (!*why)
    *why = tool_format ("cannot read %zu bytes at %" PRIu64 ": %s", length,
                        at, strerror (errno));
  return -1;
}

uint64_t
read_number (const unsigned char *p, size_t bytes)
{
  uint64_t n = 0;

  while (bytes > 0)
    n = n << 8 | p[--bytes];
  return n;
}
