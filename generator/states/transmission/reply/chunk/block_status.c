/* SPDX-License-Identifier: MIT */
#include "internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* What the protocol recommends servers not to exceed, 2^20 extents. */
#define MAX_EXTENTS (UINT32_C (1) << 20)

/* Room for the first extents; then it doubles as they come. */
#define FIRST_ROOM (64u * 1024)

/* Make room for more extents, no more than came already: a header alone
 * costs no memory.  Without room the command fails, and what follows is to
 * be skipped.
 */
static bool
make_room (struct nbd_handle *h)
{
  size_t have = h->reply.entries_size;
  size_t left = h->reply.chunk.length - have;
  size_t more = have > FIRST_ROOM ? have : FIRST_ROOM;

  if (more > left)
    more = left;
  uint8_t *p = realloc (h->reply.entries, have + more);
  if (p == NULL) {
    nbdi_fail_command (h, h->reply.command, ENOMEM,
                       "no memory for %zu bytes of extents", have + more);
    nbdi_forget_extents (h);
    h->in.skip = left;
    return false;
  }
  h->reply.entries = p;
  h->reply.entries_size = have + more;
  h->in.fill = p + have;
  h->in.fill_left = more;
  return true;
}

/* The extents of a range in one metadata context, in 32 or 64 bits. */
GROUP (TRANSMISSION.REPLY.CHUNK.BLOCK_STATUS)
  SPEC ("Structured reply types")

/* Make room for the first extents, once their number was checked. */
STATE (START)
  GOES_TO (RECV_PAYLOAD, ^SKIP)
{
  bool wide = h->reply.chunk.type == NBD_REPLY_TYPE_BLOCK_STATUS_EXT;
  size_t size = h->reply.chunk.length;

  if ((size - (wide ? NBD_BLOCK_STATUS_EXT_SIZE : NBD_BLOCK_STATUS_SIZE)) /
      (wide ? NBD_EXTENT_EXT_SIZE : NBD_EXTENT_SIZE) > MAX_EXTENTS)
    return FAIL (0, "block status: payload of %zu bytes holds more than %"
                 PRIu32 " extents", size, MAX_EXTENTS);
  if (!nbdi_status_has_room (h, h->reply.command) || !make_room (h))
    return NEXT (^SKIP);
  return NEXT (RECV_PAYLOAD);
}

/* Receive them and, when all are there, hand them to the program. */
STATE (RECV_PAYLOAD)
  IO (FILL)
  CONSUMES (bytes that the header announced)
  GOES_TO (RECV_PAYLOAD, ^SKIP, ^FINISH)
{
  if (h->reply.entries_size < h->reply.chunk.length)
    return make_room (h) ? NEXT (RECV_PAYLOAD) : NEXT (^SKIP);
  nbdi_deliver_extents (h, h->reply.command);
  nbdi_forget_extents (h);
  return NEXT (^FINISH);
}
