/* SPDX-License-Identifier: MIT */

/* Replies of the brittle server, in each style. */

#include <string.h>

#include "base/protocol.h"
#include "parts.h"

static void
put_chunk (struct connection *c, struct request *r, bool done, uint16_t type,
           uint64_t len)
{
  put_uint (&r->reply,
            c->extended ? NBD_EXTENDED_REPLY_MAGIC
                        : NBD_STRUCTURED_REPLY_MAGIC,
            4);
  put_uint (&r->reply, done ? NBD_REPLY_FLAG_DONE : 0, 2);
  put_uint (&r->reply, type, 2);
  put_uint (&r->reply, r->cookie, 8);
  if (c->extended)
    put_uint (&r->reply, r->change.offset, 8);
  put_uint (&r->reply, len, c->extended ? 8 : 4);
}

static void
put_simple (struct request *r, uint32_t error)
{
  put_uint (&r->reply, NBD_SIMPLE_REPLY_MAGIC, 4);
  put_uint (&r->reply, error, 4);
  put_uint (&r->reply, r->cookie, 8);
}

/* Reply with blocks of the same kind: as data, or perhaps as a hole. */
static void
put_piece (struct life *s, struct connection *c, struct request *r,
           unsigned from, unsigned n, bool hole)
{
  uint64_t offset = (uint64_t) from * BLOCK_SIZE;

  if (hole) {
    put_chunk (c, r, false, NBD_REPLY_TYPE_OFFSET_HOLE, NBD_OFFSET_HOLE_SIZE);
    put_uint (&r->reply, offset, 8);
    put_uint (&r->reply, n * BLOCK_SIZE, 4);
    return;
  }
  put_chunk (c, r, false, NBD_REPLY_TYPE_OFFSET_DATA,
             NBD_OFFSET_DATA_SIZE + n * BLOCK_SIZE);
  put_uint (&r->reply, offset, 8);
  put_mem (&r->reply, s->b->disk.cache[from], n * BLOCK_SIZE);
}

void
put_read (struct life *s, struct connection *c, struct request *r)
{
  struct brittle *b = s->b;
  unsigned first = r->change.offset / BLOCK_SIZE;
  unsigned end = first + r->change.length / BLOCK_SIZE;

  if (!c->structured) {
    put_simple (r, NBD_SUCCESS);
    put_mem (&r->reply, b->disk.cache[first], r->change.length);
    return;
  }
  if (r->change.flags & NBD_CMD_FLAG_DF) {
    put_piece (s, c, r, first, end - first, false);
    return;
  }
  /* Send the second part first. */
  unsigned middle = first + random_below (&b->random, end - first);

  for (unsigned part = 0; part < 2; part++) {
    unsigned to = part == 0 ? end : middle;
    unsigned n;

    for (unsigned i = part == 0 ? middle : first; i < to; i += n) {
      bool zeroes;

      n = disk_alike (&b->disk, i, to, &zeroes);
      put_piece (s, c, r, i, n, zeroes && random_one_in (&b->random, 2));
    }
  }
}

static void
put_extent (struct connection *c, struct bytes *to, uint64_t length,
            uint64_t status)
{
  put_uint (to, length, c->extended ? 8 : 4);
  put_uint (to, status, c->extended ? 8 : 4);
}

/* Collect all extents of a context. */
static unsigned
collect_extents (struct life *s, struct connection *c,
                 const struct request *r, unsigned context, struct bytes *to)
{
  unsigned i = r->change.offset / BLOCK_SIZE, count = 0, n;
  unsigned end = i + r->change.length / BLOCK_SIZE;

  for (; i < end; i += n, count++) {
    bool zeroes;

    n = context == 1 ? 1 : disk_alike (&s->b->disk, i, end, &zeroes);
    put_extent (c, to, n * BLOCK_SIZE,
                context == 1 ? i
                : zeroes     ? 3 /* NBD_STATE_HOLE, NBD_STATE_ZERO */
                             : 0);
    if (r->change.flags & NBD_CMD_FLAG_REQ_ONE)
      return 1;
  }
  return count;
}

void
put_extents (struct life *s, struct connection *c, struct request *r)
{
  for (unsigned context = 0; context < 2; context++) {
    struct bytes extents = { 0 };

    if (c->context[context] == 0)
      continue;
    unsigned count = collect_extents (s, c, r, context, &extents);

    put_chunk (c, r, false,
               c->extended ? NBD_REPLY_TYPE_BLOCK_STATUS_EXT
                           : NBD_REPLY_TYPE_BLOCK_STATUS,
               4 + (c->extended ? 4 : 0) + extents.len);
    put_uint (&r->reply, c->context[context], 4);
    if (c->extended)
      put_uint (&r->reply, count, 4);
    put_mem (&r->reply, extents.p, extents.len);
    bytes_free (&extents);
  }
}

void
put_done (struct connection *c, struct request *r)
{
  if (!c->structured) {
    if (r->change.type != NBD_CMD_READ || r->error != NBD_SUCCESS)
      put_simple (r, r->error);
    return;
  }
  if (r->error == NBD_SUCCESS)
    put_chunk (c, r, true, NBD_REPLY_TYPE_NONE, 0);
  else {
    put_chunk (c, r, true, NBD_REPLY_TYPE_ERROR, NBD_ERROR_SIZE);
    put_uint (&r->reply, r->error, 4);
    put_uint (&r->reply, 0, 2);
  }
}
