/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

/* A piece of what was read, all zeroes. */
GROUP (TRANSMISSION.REPLY.CHUNK.OFFSET_HOLE)
  CHUNK (NBD_REPLY_TYPE_OFFSET_HOLE)
  LENGTH (NBD_REPLY_TYPE_OFFSET_HOLE, NBD_OFFSET_HOLE_SIZE)
  SPEC ("Structured reply types")

/* Receive which range it is, and clear it in the program's buffer. */
STATE (START)
  IO (RECV, NBD_OFFSET_HOLE_SIZE)
  GOES_TO (^FINISH)
{
  struct nbdi_command *c = l->reply.command;
  const uint8_t *p = nbdi_take (l, NBD_OFFSET_HOLE_SIZE);
  uint64_t offset = nbdi_get64 (p), start = offset - c->offset;
  uint32_t length = nbdi_get32 (p + 8);

  if (nbdi_check_read_range (c, offset, length) == -1)
    return FAILED;
  if (nbdi_read_has_room (s, c, length)) {
    nbdi_read_hole (c, start, length);
    nbdi_call_chunk (s, c, start, length, LIBNBD_READ_HOLE);
  }
  return NEXT (^FINISH);
}
