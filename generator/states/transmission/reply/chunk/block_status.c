/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* The protocol recommends that servers send no more than 2^20 extents. */
#define MAX_EXTENTS (UINT32_C (1) << 20)

/* Room for the first extents; it is doubled as they arrive. */
#define FIRST_ROOM (64u * 1024)

/* Make room for more extents, at most as many as have arrived: so a header
 * alone does not make us allocate memory.  Without memory the command
 * fails, and the rest is to be skipped. */
static bool
make_room (struct nbdi_link *l)
{
  struct nbdi_session *s = l->session;
  size_t have = l->reply.entries_size;
  size_t left = l->reply.chunk.length - have;
  size_t more = have > FIRST_ROOM ? have : FIRST_ROOM;

  if (more > left)
    more = left;
  uint8_t *p = realloc (l->reply.entries, have + more);
  if (p == NULL) {
    nbdi_fail_command (s, l->reply.command, ENOMEM,
                       "no memory for %zu bytes of extents", have + more);
    nbdi_forget_entries (l);
    l->in.skip = left;
    return false;
  }
  l->reply.entries = p;
  l->reply.entries_size = have + more;
  l->in.fill = p + have;
  l->in.fill_left = more;
  return true;
}

/* Whether the extents have 64 bits. */
static bool
is_wide (const struct nbdi_link *l)
{
  return l->reply.chunk.type == NBD_REPLY_TYPE_BLOCK_STATUS_EXT;
}

/* The extents of a range in one metadata context, in 32 or 64 bits. */
GROUP (TRANSMISSION.REPLY.CHUNK.BLOCK_STATUS)
  CHUNK (NBD_REPLY_TYPE_BLOCK_STATUS, NBD_REPLY_TYPE_BLOCK_STATUS_EXT)
  LENGTH (NBD_REPLY_TYPE_BLOCK_STATUS,
          NBD_BLOCK_STATUS_SIZE + NBD_EXTENT_SIZE, ANY, NBD_EXTENT_SIZE)
  LENGTH (NBD_REPLY_TYPE_BLOCK_STATUS_EXT,
          NBD_BLOCK_STATUS_EXT_SIZE + NBD_EXTENT_EXT_SIZE, ANY,
          NBD_EXTENT_EXT_SIZE)
  SPEC ("Structured reply types")

/* Check the number of extents, and make room for the first ones. */
STATE (START)
  GOES_TO (RECV_PAYLOAD, ^SKIP)
{
  bool wide = is_wide (l);
  size_t size = l->reply.chunk.length;

  if ((size - (wide ? NBD_BLOCK_STATUS_EXT_SIZE : NBD_BLOCK_STATUS_SIZE))
        / (wide ? NBD_EXTENT_EXT_SIZE : NBD_EXTENT_SIZE)
      > MAX_EXTENTS)
    return FAIL (0,
                 "block status: payload of %zu bytes holds more than %" PRIu32
                 " extents",
                 size, MAX_EXTENTS);
  if (!nbdi_status_has_room (s, l->reply.command) || !make_room (l))
    return NEXT (^SKIP);
  return NEXT (RECV_PAYLOAD);
}

/* Receive the extents and, when all have arrived, pass them to the program. */
STATE (RECV_PAYLOAD)
  IO (FILL)
  CONSUMES (bytes that the header announced)
  GOES_TO (RECV_PAYLOAD, ^SKIP, ^FINISH)
{
  if (l->reply.entries_size < l->reply.chunk.length)
    return make_room (l) ? NEXT (RECV_PAYLOAD) : NEXT (^SKIP);
  struct nbdi_extents extents = {
    .told = l->told,
    .p = l->reply.entries,
    .size = l->reply.entries_size,
    .wide = is_wide (l),
    .wide_agreed = l->agreed.extended_headers,
  };
  nbdi_deliver_extents (s, l->reply.command, &extents);
  nbdi_forget_entries (l);
  return NEXT (^FINISH);
}
