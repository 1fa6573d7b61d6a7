/* SPDX-License-Identifier: MIT */
#include "internal.h"

#include <errno.h>
#include <inttypes.h>

/* Bytes behind the fixed part, of which `tail` belong to the offset. */
static uint64_t
room_for_text (const struct nbdi_chunk *chunk)
{
  uint64_t tail = chunk->type == NBD_REPLY_TYPE_ERROR_OFFSET
    ? NBD_ERROR_OFFSET_SIZE : 0;

  return chunk->length - NBD_ERROR_SIZE - tail;
}

/* An error of the command, or of one place in its range.  Types that we do
 * not know begin alike and mean that the command failed.
 */
GROUP (TRANSMISSION.REPLY.CHUNK.ERROR)
  SPEC ("Structured reply types")

/* Receive the error and the length of its text. */
STATE (START)
  IO (RECV, NBD_ERROR_SIZE)
  GOES_TO (RECV_TEXT)
{
  const uint8_t *p = nbdi_take (h, NBD_ERROR_SIZE);
  uint32_t error = nbdi_get32 (p);
  uint16_t text = nbdi_get16 (p + 4);
  uint64_t room = room_for_text (&h->reply.chunk);

  if (text > room || text > NBD_MAX_STRING)
    return FAIL (0, "error chunk: text of %u bytes in a payload of %" PRIu64,
                 text, h->reply.chunk.length);
  h->reply.error = error == 0 ? EPROTO : nbdi_errno_of_wire (error);
  h->reply.length = text;
  return NEXT (RECV_TEXT);
}

/* Receive the text, which is for debugging only. */
STATE (RECV_TEXT)
  IO (RECV, h->reply.length)
  GOES_TO (RECV_OFFSET, ^SKIP)
{
  struct nbdi_command *c = h->reply.command;
  const uint8_t *p = nbdi_take (h, h->reply.length);

  if (unlikely (h->debug) && h->reply.length > 0) {
    CLEANUP_FREE char *text = nbdi_printable_bytes (p, h->reply.length);
    nbdi_debug (h, "%s: the server says %s", nbdi_command_name (c->type),
                text ? text : "(out of memory)");
  }
  h->in.skip = room_for_text (&h->reply.chunk) - h->reply.length;
  if (h->reply.chunk.type == NBD_REPLY_TYPE_ERROR_OFFSET)
    return NEXT (RECV_OFFSET);
  nbdi_fail_command (c, h->reply.error);
  return NEXT (^SKIP);
}

/* Receive which place failed; one outside the request is not used. */
STATE (RECV_OFFSET)
  IO (RECV, NBD_ERROR_OFFSET_SIZE)
  GOES_TO (^SKIP)
{
  struct nbdi_command *c = h->reply.command;
  uint64_t offset = nbdi_get64 (nbdi_take (h, NBD_ERROR_OFFSET_SIZE));

  if (offset >= c->offset && offset - c->offset < c->count)
    nbdi_call_error_chunk (c, offset, h->reply.error);
  nbdi_fail_command (c, h->reply.error);
  return NEXT (^SKIP);
}
