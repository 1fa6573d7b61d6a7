/* SPDX-License-Identifier: MIT */
/* NBD exports: zeroes.  The server makes them if it can.  If it cannot, but
 * can discard, that is tried, and believed only if its map says that the
 * range reads as zeroes now.  Else zeroes are sent. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nbd.h"

/* What is sent to servers that make none. */
static const char zeroes[256 * 1024];

/* Zeroes inside of data are not worth a request of their own below this if
 * the server says that making them is not fast. */
#define SLOW_SCAN (64 * KIB)

static bool
can_zero (const struct nbd *n)
{
  return n->facts.zero && !n->no_zero;
}

int
nbd_last_errno (void)
{
  int error = nbd_get_errno ();
  return error ? error : EIO;
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
    else if (nbd_pwrite (h, zeroes, part, offset, 0) == -1)
      error = nbd_last_errno ();
    offset += part;
    length -= part;
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
    if (!can_zero (n))
      error = write_zero_data (n, h, offset, part);
    else if (nbd_zero (h, part, offset, n->e.copy->o.allocated
                       ? LIBNBD_CMD_FLAG_NO_HOLE : 0) == -1)
      error = nbd_last_errno ();
    offset += part;
    length -= part;
  }
  if (error == 0 && length > 0)
    error = nbd_write_part (n, h, NULL, offset, length);
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

/* Discard, and see whether zeroes came of it. */
static bool
zero_by_trim (struct nbd *n, struct nbd_handle *h, uint64_t offset,
              uint64_t length)
{
  uint64_t end = offset + length;

  if (!n->facts.trim || !n->facts.map || n->no_trim
      || n->e.copy->o.allocated)
    return false;
  if (nbd_trim (h, length, offset, 0) == -1) {
    n->no_trim = true;
    return false;
  }
  while (offset < end) {
    uint64_t seen = 0;
    nbd_extent64_callback extents = {
      .callback = sum_zeroes, .user_data = &seen,
    };
    if (nbd_block_status_64 (h, end - offset, offset, extents, 0) == -1
        || seen == 0) {
      n->no_trim = true;
      return false;
    }
    offset += seen;
  }
  return true;
}

/* What cannot be a single request of the library; true if it was done. */
bool
nbd_zero_at_once (struct nbd *n, struct nbd_handle *h, struct io *io)
{
  uint64_t offset = n->e.start + io->position;

  if (can_zero (n))
    return false;
  if (zero_by_trim (n, h, offset, io->length)) {
    io_done (io, 0);
    return true;
  }
  if (io->length <= MIN (n->e.maximum, sizeof zeroes))
    return false;
  io_done (io, write_zero_data (n, h, offset, io->length));
  return true;
}

int64_t
nbd_start_zero (struct nbd *n, struct nbd_handle *h, struct io *io,
                nbd_completion_callback done)
{
  uint64_t offset = n->e.start + io->position;
  uint32_t flags = 0;

  io->tentative = can_zero (n);
  io->fast = false;
  if (!io->tentative)
    return nbd_aio_pwrite (h, zeroes, io->length, offset, done, 0);
  if (n->e.copy->o.allocated)
    flags |= LIBNBD_CMD_FLAG_NO_HOLE;
  io->fast = io->slot->what.kind == DATA && n->facts.fast_zero
    && !n->no_fast;
  if (io->fast)
    flags |= LIBNBD_CMD_FLAG_FAST_ZERO;
  return nbd_aio_zero (h, io->length, offset, done, flags);
}

/* Can it be done in another way?  A server that would not be fast need not
 * be asked for small pieces. */
bool
nbd_zero_refused (struct nbd *n, const struct io *io, int error)
{
  struct copy *c = n->e.copy;

  if (error != ENOTSUP || !io->tentative)
    return false;
  if (io->fast) {
    if (c->scan >= SLOW_SCAN)
      n->no_fast = true;
    c->scan = MIN (c->request, MAX (c->scan, SLOW_SCAN));
    return true;
  }
  n->no_zero = true;
  return true;
}
