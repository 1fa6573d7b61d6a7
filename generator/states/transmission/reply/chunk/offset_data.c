/* SPDX-License-Identifier: MIT */
#include "internal.h"

/* A piece of what was read, as data. */
GROUP (TRANSMISSION.REPLY.CHUNK.OFFSET_DATA)
  SPEC ("Structured reply types")

/* Receive where the data belongs. */
STATE (START)
  IO (RECV, NBD_OFFSET_DATA_SIZE)
  GOES_TO (RECV_PAYLOAD, ^SKIP)
{
  struct nbdi_command *c = h->reply.command;
  uint64_t offset = nbdi_get64 (nbdi_take (h, NBD_OFFSET_DATA_SIZE));
  uint64_t length = h->reply.chunk.length - NBD_OFFSET_DATA_SIZE;

  if (nbdi_read_range (h, c, offset, length) == -1)
    return FAILED;
  if (!nbdi_read_has_room (h, c)) {
    h->in.skip = length;
    return NEXT (^SKIP);
  }
  nbdi_read_begin (c, h->reply.offset);
  h->in.fill = c->data + h->reply.offset;
  h->in.fill_left = h->reply.length;
  return NEXT (RECV_PAYLOAD);
}

/* Receive the data into the program's buffer. */
STATE (RECV_PAYLOAD)
  IO (FILL)
  GOES_TO (^FINISH)
{
  struct nbdi_command *c = h->reply.command;

  nbdi_read_end (c, h->reply.offset, h->reply.length);
  nbdi_call_chunk (h, c, h->reply.offset, h->reply.length, LIBNBD_READ_DATA);
  return NEXT (^FINISH);
}
