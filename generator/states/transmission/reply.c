/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

#include <errno.h>
#include <inttypes.h>

/* Read replies, in any order in which the server sends them. */
GROUP (TRANSMISSION.REPLY)
  WHEN ("in the middle of a reply")
  SPEC ("Transmission")

/* Between two replies: wait for the first byte of the next one. */
STATE (START)
  IDLE
  IO (RECV, 1)
  ON (END_OF_STREAM -> ENDED)
  GOES_TO (RECV_MAGIC)
{
  return NEXT (RECV_MAGIC);
}

/* The server closed the connection, after a disconnect or unexpectedly. */
STATE (ENDED)
  GOES_TO (.CLOSED)
{
  if (!nbdi_comes_back (l))
    return NEXT (.CLOSED);
  nbdi_server_left (l, 0, "unexpectedly");
  return GONE;
}

/* Receive the magic number, which says what kind of header this is. Do not
 * wait for more bytes before it is known to be legal here. */
STATE (RECV_MAGIC)
  IO (RECV, 4)
  GOES_TO (SIMPLE.START, CHUNK.START)
{
  uint32_t magic = nbdi_get32 (l->in.buf + l->in.pos);

  l->chunks_received++;
  if (l->agreed.extended_headers) {
    if (likely (magic == NBD_EXTENDED_REPLY_MAGIC))
      return NEXT (CHUNK.START);
  }
  else {
    if (magic == NBD_SIMPLE_REPLY_MAGIC)
      return NEXT (SIMPLE.START);
    if (magic == NBD_STRUCTURED_REPLY_MAGIC && l->agreed.structured_replies)
      return NEXT (CHUNK.START);
  }
  return FAIL (0, "reply: wrong magic 0x%08" PRIx32 " where %s is expected",
               magic,
               l->agreed.extended_headers     ? "an extended reply"
               : l->agreed.structured_replies ? "a simple or structured reply"
                                              : "a simple reply");
}
