/* SPDX-License-Identifier: MIT */
/* NBD exports: zeroes.  The server is asked to write zeroes if it can.  If it
 * cannot, but can discard, the range is discarded; that counts only if the
 * server's map then says that the range reads as zeroes.  Else zeroes are sent
 * as data.
 *
 * These ways have an order.  A request that a server refuses is tried in a
 * later way only, so every request ends, whatever the server refuses. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/endpoints/nbd.h"

/* Data for servers that cannot write zeroes. */
static const char zeroes[256 * 1024];

/* If the server says that writing zeroes is not fast, shorter runs of zeroes
 * inside of data are not worth a request of their own. */
#define SLOW_SCAN (64 * KIB)

/* One range that cannot be discarded does not mean that discarding is useless,
 * but so many in a row do. */
#define MOST_DISCARDS_FAILED 4

enum way {
  FAST, /* NBD_CMD_WRITE_ZEROES, if that is fast */
  SLOW, /* NBD_CMD_WRITE_ZEROES */
  DISCARD,
  SEND, /* as data, which is always possible */
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

/* The first way from WAY on that the server supports and has not refused. */
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

/* Send zeroes as data, in requests of limited size. */
static int
write_zero_data (struct nbd_link *l, uint64_t offset, uint64_t length)
{
  const struct endpoint *e = &l->nbd->e;
  int error = 0;

  while (length > 0 && error == 0) {
    uint64_t part = MIN (length, sizeof zeroes - offset % e->minimum);
    part = MIN (part, e->maximum);
    if (part % e->minimum != 0 || offset % e->minimum != 0)
      error = nbd_write_part (l, NULL, offset, part);
    else
      error = nbd_await (l, nbd_aio_pwrite (l->h, zeroes, part, offset,
                                            NBD_NULL_COMPLETION, 0));
    offset += part;
    length -= part;
  }
  return error;
}

/* Count the bytes that are zero at the beginning of the reply, into OPAQUE.
 * The count begins at 0 since the reply may come again after a lost
 * connection. */
static int
sum_zeroes (void *opaque, const char *context, uint64_t offset,
            nbd_extent *entries, size_t count, int *error)
{
  uint64_t *seen = opaque;

  (void) offset;
  if (*error != 0 || strcmp (context, LIBNBD_CONTEXT_BASE_ALLOCATION) != 0)
    return 0;
  *seen = 0;
  for (size_t i = 0; i < count; i++) {
    if ((entries[i].flags & LIBNBD_STATE_ZERO) == 0)
      break;
    *seen += entries[i].length;
  }
  return 0;
}

/* Ask how many bytes from OFFSET on are known to read as zeroes. */
static int
ask_for_zeroes (struct nbd_link *l, uint64_t offset, uint64_t length,
                uint64_t *zeroes)
{
  nbd_extent64_callback extents = {
    .callback = sum_zeroes,
    .user_data = &l->zeroes,
  };

  l->zeroes = 0;
  int error = nbd_await (l, nbd_aio_block_status_64 (l->h, length, offset,
                                                     extents,
                                                     NBD_NULL_COMPLETION, 0));
  *zeroes = l->zeroes;
  return error;
}

/* Discard, and check that the range reads as zeroes then. */
static int
discard (struct nbd_link *l, uint64_t offset, uint64_t length)
{
  uint64_t end = offset + length;
  int error = nbd_await (l, nbd_aio_trim (l->h, length, offset,
                                          NBD_NULL_COMPLETION, 0));

  while (error == 0 && offset < end) {
    uint64_t part;
    error = ask_for_zeroes (l, offset, end - offset, &part);
    if (part == 0)
      error = error ? error : ENOTSUP;
    offset += part;
  }
  if (error == 0)
    l->nbd->discards_failed = 0;
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
zero_in_way (struct nbd_link *l, enum way way, uint64_t offset,
             uint64_t length)
{
  if (way == DISCARD)
    return discard (l, offset, length);
  if (way == SEND)
    return write_zero_data (l, offset, length);
  return nbd_await (l,
                    nbd_aio_zero (l->h, length, offset, NBD_NULL_COMPLETION,
                                  zero_flags (l->nbd, way)));
}

/* Zero whole blocks, in WAY or a later one.  Blocking. */
static int
zero_blocks (struct nbd_link *l, enum way way, uint64_t offset,
             uint64_t length)
{
  struct nbd *n = l->nbd;
  int error;

  while ((error = zero_in_way (l, way, offset, length)) == ENOTSUP
         && way != SEND) {
    if (way != DISCARD || ++n->discards_failed == MOST_DISCARDS_FAILED)
      leave_way (n, way);
    way = way_from (n, way + 1);
  }
  return error;
}

int
nbd_zero_unaligned (struct nbd_link *l, uint64_t offset, uint64_t length)
{
  uint64_t m = l->nbd->e.minimum, part = m - offset % m;
  int error = 0;

  if (part != m) {
    part = MIN (part, length);
    error = nbd_write_part (l, NULL, offset, part);
    offset += part;
    length -= part;
  }
  part = length - length % m;
  if (error == 0 && part > 0) {
    error = zero_blocks (l, way_from (l->nbd, SLOW), offset, part);
    offset += part;
    length -= part;
  }
  if (error == 0 && length > 0)
    error = nbd_write_part (l, NULL, offset, length);
  return error;
}

/* Zeroes that were found inside of data are worth a request of their own only
 * if that is fast; a hole of the source always is. */
static enum way
way_of (const struct nbd *n, const struct io *io)
{
  enum way first = io->hole ? SLOW : FAST;
  return way_from (n, MAX (first, io->way));
}

bool
nbd_zero_takes_several (struct nbd_link *l, struct io *io)
{
  const struct nbd *n = l->nbd;

  io->way = way_of (n, io);
  return io->way >= DISCARD
         && (io->way != SEND
             || io->length > MIN (n->e.maximum, sizeof zeroes));
}

int
nbd_zero_blocks (struct nbd_link *l, struct io *io)
{
  return zero_blocks (l, io->way, l->nbd->e.start + io->position, io->length);
}

int64_t
nbd_start_zero (struct nbd_link *l, struct io *io,
                nbd_completion_callback done)
{
  uint64_t offset = l->nbd->e.start + io->position;

  if (io->way == SEND)
    return nbd_aio_pwrite (l->h, zeroes, io->length, offset, done, 0);
  return nbd_aio_zero (l->h, io->length, offset, done,
                       zero_flags (l->nbd, io->way));
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
