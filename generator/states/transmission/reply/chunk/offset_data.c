/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

/* A piece of what was read, as data. */
GROUP (TRANSMISSION.REPLY.CHUNK.OFFSET_DATA)
  CHUNK (NBD_REPLY_TYPE_OFFSET_DATA)
  LENGTH (NBD_REPLY_TYPE_OFFSET_DATA, NBD_OFFSET_DATA_SIZE + 1, ANY)
  SPEC ("Structured reply types")

/* Receive where the data belongs. */
STATE (START)
  IO (RECV, NBD_OFFSET_DATA_SIZE)
  GOES_TO (RECV_PAYLOAD, ^SKIP)
{
  struct nbdi_command *c = l->reply.command;
  uint64_t offset = nbdi_get64 (nbdi_take (l, NBD_OFFSET_DATA_SIZE));
  uint64_t length = l->reply.chunk.length - NBD_OFFSET_DATA_SIZE;

  if (nbdi_check_read_range (c, offset, length) == -1)
    return FAILED;
  if (!nbdi_read_has_room (s, c, length)) {
    l->in.skip = length;
    return NEXT (^SKIP);
  }
  l->reply.offset = offset - c->offset;
  l->reply.length = (uint32_t) length;
  nbdi_read_begin (c, l->reply.offset);
  l->in.fill = c->data + l->reply.offset;
  l->in.fill_left = l->reply.length;
  return NEXT (RECV_PAYLOAD);
}

/* Receive the data into the program's buffer. */
STATE (RECV_PAYLOAD)
  IO (FILL)
  GOES_TO (^FINISH)
{
  struct nbdi_command *c = l->reply.command;

  nbdi_read_end (c, l->reply.offset, l->reply.length);
  nbdi_call_chunk (s, c, l->reply.offset, l->reply.length, LIBNBD_READ_DATA);
  return NEXT (^FINISH);
}
