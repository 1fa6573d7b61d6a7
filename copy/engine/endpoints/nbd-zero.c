/* SPDX-License-Identifier: MIT */
/* NBD exports: zeroes.  The server makes them if it can.  If it cannot, but
 * can discard, that is tried, and believed only if its map says that the
 * range reads as zeroes now.  Else zeroes are sent.
 *
 * These ways have an order.  What a server refuses is tried in a later way
 * only, so every request ends, whatever is refused in which order. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/endpoints/nbd.h"

/* What is sent to servers that make none. */
static const char zeroes[256 * 1024];

/* Zeroes inside of data are not worth a request of their own below this if
 * the server says that making them is not fast. */
#define SLOW_SCAN (64 * KIB)

/* A range that cannot be discarded says nothing of others; so many in a row
 * do. */
#define MOST_DISCARDS_FAILED 4

enum way {
  FAST, /* as a request, if that is fast */
  SLOW, /* as a request */
  DISCARD,
  SEND, /* always possible */
};

static bool
is_possible (const struct nbd *n, enum way way)
{
  switch (way) {
  case FAST: return n->export.zero && n->export.fast_zero;
  case SLOW: return n->export.zero;
  case DISCARD:
    return n->export.trim && n->export.map && !n->e.copy->settings.allocated;
  case SEND: break;
  }
  return true;
}

/* The first way from WAY on that the server can go and did not refuse. */
static enum way
way_from (const struct nbd *n, enum way way)
{
  way = MAX (way, n->zero_way);
  while (!is_possible (n, way))
    way++;
  return way;
}

/* The server refused this way. */
static void
leave_way (struct nbd *n, enum way way)
{
  unsigned first = n->zero_way;

  while (first <= way
         && !atomic_compare_exchange_weak (&n->zero_way, &first, way + 1)) {
    /* Another thread has just left one. */
  }
}

/* Zeroes in requests of limited size, for servers that do not make them. */
static int
write_zero_data (struct nbd *n, struct nbd_handle *h, uint64_t offset,
                 uint64_t length)
{
  int error = 0;

  while (length > 0 && error == 0) {
    uint64_t part = MIN (length, sizeof zeroes - offset % n->e.minimum);
    part = MIN (part, n->e.maximum);
    if (part % n->e.minimum != 0 || offset % n->e.minimum != 0)
      error = nbd_write_part (n, h, NULL, offset, part);
    else
      error = nbd_await (n, h,
                         nbd_aio_pwrite (h, zeroes, part, offset,
                                         NBD_NULL_COMPLETION, 0));
    offset += part;
    length -= part;
  }
  return error;
}

/* Is all that the map shows zero?  Its user data counts what was seen. */
static int
sum_zeroes (void *opaque, const char *context, uint64_t offset,
            nbd_extent *entries, size_t count, int *error)
{
  uint64_t *seen = opaque;

  (void) offset;
  if (*error != 0 || strcmp (context, LIBNBD_CONTEXT_BASE_ALLOCATION) != 0)
    return 0;
  for (size_t i = 0; i < count; i++) {
    if ((entries[i].flags & LIBNBD_STATE_ZERO) == 0)
      break;
    *seen += entries[i].length;
  }
  return 0;
}

/* Where the connection counts what its server tells of. */
static uint64_t *
count_of (struct nbd *n, const struct nbd_handle *h)
{
  unsigned i = 0;

  while (n->pool.connections[i].h != h)
    i++;
  return &n->zeroes[i];
}

/* Ask how many bytes from OFFSET on are known to read as zeroes. */
static int
ask_for_zeroes (struct nbd *n, struct nbd_handle *h, uint64_t offset,
                uint64_t length, uint64_t *zeroes)
{
  uint64_t *count = count_of (n, h);
  nbd_extent64_callback extents = {
    .callback = sum_zeroes,
    .user_data = count,
  };

  *count = 0;
  int error = nbd_await (n, h,
                         nbd_aio_block_status_64 (h, length, offset, extents,
                                                  NBD_NULL_COMPLETION, 0));
  *zeroes = *count;
  return error;
}

/* Discard, and see whether zeroes came of it. */
static int
discard (struct nbd *n, struct nbd_handle *h, uint64_t offset,
         uint64_t length)
{
  uint64_t end = offset + length;
  int error = nbd_await (
    n, h, nbd_aio_trim (h, length, offset, NBD_NULL_COMPLETION, 0));

  while (error == 0 && offset < end) {
    uint64_t part;
    error = ask_for_zeroes (n, h, offset, end - offset, &part);
    if (part == 0)
      error = error ? error : ENOTSUP;
    offset += part;
  }
  if (error == 0)
    n->discards_failed = 0;
  return error == 0 || error == EINTR ? error : ENOTSUP;
}

static uint32_t
zero_flags (const struct nbd *n, enum way way)
{
  return (n->e.copy->settings.allocated ? LIBNBD_CMD_FLAG_NO_HOLE : 0)
         | (way == FAST ? LIBNBD_CMD_FLAG_FAST_ZERO : 0);
}

/* Blocking.  ENOTSUP if another way is to be tried. */
static int
zero_in_way (struct nbd *n, struct nbd_handle *h, enum way way,
             uint64_t offset, uint64_t length)
{
  if (way == DISCARD)
    return discard (n, h, offset, length);
  if (way == SEND)
    return write_zero_data (n, h, offset, length);
  return nbd_await (n, h,
                    nbd_aio_zero (h, length, offset, NBD_NULL_COMPLETION,
                                  zero_flags (n, way)));
}

/* Blocking; whole blocks. */
static int
zero_blocks (struct nbd *n, struct nbd_handle *h, enum way way,
             uint64_t offset, uint64_t length)
{
  int error;

  while ((error = zero_in_way (n, h, way, offset, length)) == ENOTSUP
         && way != SEND) {
    if (way != DISCARD || ++n->discards_failed == MOST_DISCARDS_FAILED)
      leave_way (n, way);
    way = way_from (n, way + 1);
  }
  return error;
}

int
nbd_zero_unaligned (struct nbd *n, struct nbd_handle *h, uint64_t offset,
                    uint64_t length)
{
  uint64_t m = n->e.minimum, part = m - offset % m;
  int error = 0;

  if (part != m) {
    part = MIN (part, length);
    error = nbd_write_part (n, h, NULL, offset, part);
    offset += part;
    length -= part;
  }
  part = length - length % m;
  if (error == 0 && part > 0) {
    error = zero_blocks (n, h, way_from (n, SLOW), offset, part);
    offset += part;
    length -= part;
  }
  if (error == 0 && length > 0)
    error = nbd_write_part (n, h, NULL, offset, length);
  return error;
}

/* Zeroes inside of data are worth a request of their own only if that is
 * fast; a hole of the source always is. */
static enum way
way_of (const struct nbd *n, const struct io *io)
{
  enum way first = io->hole ? SLOW : FAST;
  return way_from (n, MAX (first, io->way));
}

bool
nbd_zero_at_once (struct nbd *n, struct nbd_handle *h, struct io *io)
{
  uint64_t offset = n->e.start + io->position;

  io->way = way_of (n, io);
  if (io->way < DISCARD
      || (io->way == SEND && io->length <= MIN (n->e.maximum, sizeof zeroes)))
    return false;
  nbd_done (io, zero_blocks (n, h, io->way, offset, io->length));
  return true;
}

int64_t
nbd_start_zero (struct nbd *n, struct nbd_handle *h, struct io *io,
                nbd_completion_callback done)
{
  uint64_t offset = n->e.start + io->position;

  if (io->way == SEND)
    return nbd_aio_pwrite (h, zeroes, io->length, offset, done, 0);
  return nbd_aio_zero (h, io->length, offset, done, zero_flags (n, io->way));
}

bool
nbd_zero_refused (struct nbd *n, struct io *io, int error)
{
  struct copy *c = n->e.copy;

  if (error != ENOTSUP || io->way == SEND)
    return false;
  leave_way (n, io->way);
  if (io->way == FAST)
    c->scan = MIN (c->request, MAX (c->scan, SLOW_SCAN));
  io->way++;
  return true;
}
