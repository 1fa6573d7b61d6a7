/* SPDX-License-Identifier: MIT */
/* Discarding or zeroing a range: in pieces that the server accepts, several at
 * a time. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "discard.h"

#define IN_FLIGHT 8

/* The length of pieces without extended headers.  With them a large range is
 * divided into about PIECES pieces, so that the progress can be shown. */
#define PIECE_MAX (UINT64_C (1) << 30)
#define PIECES 256

/* If the server says that a piece is too large it is divided, but not a piece
 * of this length, which any server accepts as a payload. */
#define PIECE_MIN (UINT64_C (32) << 20)

struct work;

struct piece {
  struct work *work;
  struct piece *next; /* in the list REFUSED */
  uint64_t offset, length;
  int64_t cookie;
};

struct work {
  struct nbd_handle *h;
  const char *what;
  bool zero;
  uint32_t flags;
  struct range range;
  uint64_t next;  /* requests were sent for all before it */
  uint64_t piece; /* length of most pieces */
  uint64_t done;  /* bytes */
  unsigned in_flight;
  struct piece *refused;     /* too large: to be done in two parts */
  struct piece *failed;      /* the first; its command is not retired */
  const struct piece *freed; /* the piece that was freed last */
};

static int
piece_done (void *opaque, int *error)
{
  struct piece *p = opaque;
  struct work *w = p->work;

  w->in_flight--;
  if (*error == EOVERFLOW && p->length > PIECE_MIN) {
    p->next = w->refused;
    w->refused = p;
    return 1;
  }
  if (*error == 0) {
    w->done += p->length;
    tool_progress (w->done, w->range.end - w->range.start);
  }
  else if (w->failed == NULL) {
    w->failed = p;
    return 0;
  }
  w->freed = p;
  free (p);
  return 1;
}

static void
issue (struct work *w, uint64_t offset, uint64_t length)
{
  struct piece *p = tool_alloc (sizeof *p);
  nbd_completion_callback done = { .callback = piece_done, .user_data = p };

  *p = (struct piece) { .work = w, .offset = offset, .length = length };
  w->in_flight++;
  w->freed = NULL;
  int64_t cookie = w->zero
                     ? nbd_aio_zero (w->h, length, offset, done, w->flags)
                     : nbd_aio_trim (w->h, length, offset, done, w->flags);
  if (cookie == -1) {
    free (p);
    tool_nbd_fail (NULL);
  }
  /* The piece may have been completed and freed already. */
  if (w->freed != p)
    p->cookie = cookie;
}

/* Send the requests for the next piece.  False if there is none. */
static bool
issue_next (struct work *w)
{
  if (w->failed != NULL)
    return false;
  if (w->refused != NULL) {
    struct piece *p = w->refused;
    uint64_t half = p->length / 2 / PIECE_MIN * PIECE_MIN;
    if (half == 0)
      half = PIECE_MIN;
    w->refused = p->next;
    /* The server would refuse the others, too. */
    if (w->piece > half)
      w->piece = half;
    issue (w, p->offset, half);
    issue (w, p->offset + half, p->length - half);
    free (p);
    return true;
  }
  if (w->next == w->range.end)
    return false;
  uint64_t left = w->range.end - w->next;
  uint64_t length = left < w->piece ? left : w->piece;
  uint64_t offset = w->next;
  w->next += length;
  issue (w, offset, length);
  return true;
}

/* The length of pieces, which is a multiple of any block size. */
static uint64_t
piece_length (struct nbd_handle *h, struct range range)
{
  uint64_t part = (range.end - range.start) / PIECES;

  if (nbd_get_extended_headers_negotiated (h) != 1 || part <= PIECE_MAX)
    return PIECE_MAX;
  return (part / PIECE_MAX + 1) * PIECE_MAX;
}

/* Retire the command that failed, which sets the library's error, and fail the
 * tool. */
static void
fail (const struct work *w)
{
  const struct piece *p = w->failed;

  nbd_aio_command_completed (w->h, p->cookie);
  tool_check_signal ();
  tool_fail ("cannot %s %" PRIu64 " bytes at offset %" PRIu64 ": %s", w->what,
             p->length, p->offset, tool_nbd_error ());
}

void
clear_range (struct nbd_handle *h, struct range range,
             const struct wish *wish)
{
  struct work w = {
    .h = h,
    .zero = wish->zero,
    .range = range,
    .next = range.start,
    .what = wish->zero ? "zero" : "discard",
    .flags = (wish->fast ? LIBNBD_CMD_FLAG_FAST_ZERO : 0)
             | (wish->allocate ? LIBNBD_CMD_FLAG_NO_HOLE : 0),
    .piece = piece_length (h, range),
  };

  tool_progress_start ();
  for (;;) {
    while (w.in_flight < IN_FLIGHT && issue_next (&w))
      ;
    if (w.in_flight == 0)
      break;
    if (tool_poll (h, -1) == -1)
      tool_nbd_fail (NULL);
  }
  while (w.refused != NULL) {
    struct piece *p = w.refused;
    w.refused = p->next;
    free (p);
  }
  tool_progress_end ();
  if (w.failed != NULL)
    fail (&w);
}

/* Zero a part of one block, by reading and writing the block, since the server
 * takes whole blocks only. */
static void
zero_part (struct nbd_handle *h, uint64_t block, uint64_t start, uint64_t end)
{
  uint64_t first = start / block * block;
  char *buf = tool_alloc (block);

  int64_t cookie = nbd_aio_pread (h, buf, block, first, NBD_NULL_COMPLETION,
                                  0);
  if (tool_await (h, cookie, "nbd_pread") == -1)
    tool_nbd_fail (NULL);
  memset (buf + (start - first), 0, end - start);
  cookie = nbd_aio_pwrite (h, buf, block, first, NBD_NULL_COMPLETION, 0);
  if (tool_await (h, cookie, "nbd_pwrite") == -1)
    tool_nbd_fail (NULL);
  free (buf);
}

struct range
zero_edges (struct nbd_handle *h, struct range range, uint64_t block)
{
  uint64_t first = (range.start + block - 1) / block * block;
  uint64_t last = range.end / block * block;

  if (first > last) { /* all within one block */
    zero_part (h, block, range.start, range.end);
    return (struct range) { first, first };
  }
  if (range.start < first)
    zero_part (h, block, range.start, first);
  if (last < range.end)
    zero_part (h, block, last, range.end);
  return (struct range) { first, last };
}
