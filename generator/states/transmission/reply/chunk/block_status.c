/* SPDX-License-Identifier: MIT */
#include "internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* What the protocol recommends servers not to exceed, 2^20 extents. */
#define MAX_EXTENTS (UINT32_C (1) << 20)

/* The extents of a range in one metadata context, in 32 or 64 bits. */
GROUP (TRANSMISSION.REPLY.CHUNK.BLOCK_STATUS)
  SPEC ("Structured reply types")

/* Make room for the extents, whose number is checked first.  Without room
 * the command fails, and what follows is in step.
 */
STATE (START)
  GOES_TO (RECV_PAYLOAD, ^SKIP)
{
  bool wide = h->reply.chunk.type == NBD_REPLY_TYPE_BLOCK_STATUS_EXT;
  size_t size = h->reply.chunk.length;

  if ((size - (wide ? NBD_BLOCK_STATUS_EXT_SIZE : NBD_BLOCK_STATUS_SIZE)) /
      (wide ? NBD_EXTENT_EXT_SIZE : NBD_EXTENT_SIZE) > MAX_EXTENTS)
    return FAIL (0, "block status: payload of %zu bytes holds more than %"
                 PRIu32 " extents", size, MAX_EXTENTS);
  if (!nbdi_status_has_room (h, h->reply.command))
    return NEXT (^SKIP);
  free (h->reply.entries);
  h->reply.entries = malloc (size);
  if (h->reply.entries == NULL) {
    nbdi_fail_command (h, h->reply.command, ENOMEM,
                       "no memory for %zu bytes of extents", size);
    return NEXT (^SKIP);
  }
  h->reply.entries_size = size;
  h->in.fill = h->reply.entries;
  h->in.fill_left = size;
  return NEXT (RECV_PAYLOAD);
}

/* Receive them and hand them to the program. */
STATE (RECV_PAYLOAD)
  IO (FILL)
  GOES_TO (^FINISH)
{
  nbdi_deliver_extents (h, h->reply.command);
  free (h->reply.entries);
  h->reply.entries = NULL;
  return NEXT (^FINISH);
}
