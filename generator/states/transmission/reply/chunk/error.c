/* SPDX-License-Identifier: MIT */
#include "internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

/* Bytes behind the fixed part, of which `tail` belong to the offset. */
static uint64_t
room_for_text (const struct nbdi_chunk *chunk)
{
  uint64_t tail = chunk->type == NBD_REPLY_TYPE_ERROR_OFFSET
    ? NBD_ERROR_OFFSET_SIZE : 0;

  return chunk->length - NBD_ERROR_SIZE - tail;
}

/* What the error is here.  An error chunk without an error is against the
 * rules.
 */
static int
chunk_errno (const struct nbd_handle *h)
{
  return h->reply.error == NBD_SUCCESS ? EPROTO
                                       : nbdi_errno_of_wire (h->reply.error);
}

/* The command failed, with h->reply.length bytes of the server's text. */
static void
fail_command (struct nbd_handle *h, const uint8_t *text, const char *place)
{
  CLEANUP_TEXT const char *quoted = NULL;
  CLEANUP_FREE char *more = NULL;

  /* Only the first error is kept, and a server may send many. */
  if (h->reply.command->error != 0 && !h->debug)
    return;
  if (h->reply.length > 0)
    quoted = nbdi_printable_bytes (text, h->reply.length);
  if (asprintf (&more, "%s%s%s", place, quoted ? ": " : "",
                quoted ? quoted : "") == -1)
    more = NULL;
  nbdi_server_failed (h, h->reply.command, chunk_errno (h), h->reply.error,
                      more ? more : place);
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
  h->reply.error = error;
  h->reply.length = text;
  return NEXT (RECV_TEXT);
}

/* Receive the text, which an offset may follow. */
STATE (RECV_TEXT)
  IO (RECV, h->reply.length)
  GOES_TO (RECV_OFFSET, ^SKIP)
{
  h->in.skip = room_for_text (&h->reply.chunk) - h->reply.length;
  if (h->reply.chunk.type == NBD_REPLY_TYPE_ERROR_OFFSET)
    return NEXT (RECV_OFFSET);
  fail_command (h, nbdi_take (h, h->reply.length), "");
  return NEXT (^SKIP);
}

/* Receive which place failed; one outside the request is only told.  The
 * text is still in the buffer, so that the message can have both.
 */
STATE (RECV_OFFSET)
  IO (RECV, h->reply.length + NBD_ERROR_OFFSET_SIZE)
  GOES_TO (^SKIP)
{
  struct nbdi_command *c = h->reply.command;
  size_t len = h->reply.length + NBD_ERROR_OFFSET_SIZE;
  const uint8_t *text = nbdi_take (h, len);
  uint64_t offset = nbdi_get64 (text + h->reply.length);
  char place[sizeof ", at offset 18446744073709551615"];

  if (offset >= c->offset && offset - c->offset < c->count)
    nbdi_call_error_chunk (h, c, offset, chunk_errno (h));
  snprintf (place, sizeof place, ", at offset %" PRIu64, offset);
  fail_command (h, text, place);
  return NEXT (^SKIP);
}
