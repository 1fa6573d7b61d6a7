/* SPDX-License-Identifier: MIT */
#include "internal.h"

/* A piece of what was read, all zeroes. */
GROUP (TRANSMISSION.REPLY.CHUNK.OFFSET_HOLE)
  SPEC ("Structured reply types")

/* Receive which range it is, and clear it in the program's buffer. */
STATE (START)
  IO (RECV, NBD_OFFSET_HOLE_SIZE)
  GOES_TO (^FINISH)
{
  struct nbdi_command *c = h->reply.command;
  const uint8_t *p = nbdi_take (h, NBD_OFFSET_HOLE_SIZE);

  if (nbdi_read_range (h, c, nbdi_get64 (p), nbdi_get32 (p + 8)) == -1)
    return FAILED;
  if (nbdi_read_has_room (h, c)) {
    nbdi_read_hole (c, h->reply.offset, h->reply.length);
    nbdi_call_chunk (h, c, h->reply.offset, h->reply.length,
                     LIBNBD_READ_HOLE);
  }
  return NEXT (^FINISH);
}
