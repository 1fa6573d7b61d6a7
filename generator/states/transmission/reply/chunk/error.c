/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

/* The most bytes that the text can have: it comes after the fixed part, and
 * before the offset if there is one. */
static uint64_t
room_for_text (const struct nbdi_chunk *chunk)
{
  uint64_t tail = chunk->type == NBD_REPLY_TYPE_ERROR_OFFSET
                    ? NBD_ERROR_OFFSET_SIZE
                    : 0;

  return chunk->length - NBD_ERROR_SIZE - tail;
}

/* The errno of the error chunk.  The protocol forbids an error of 0. */
static int
chunk_errno (const struct nbdi_link *l)
{
  return l->reply.error == NBD_SUCCESS ? EPROTO
                                       : nbdi_errno_of_wire (l->reply.error);
}

/* The command failed, with l->reply.length bytes of the server's text. */
static void
fail_command (struct nbdi_link *l, const uint8_t *text, const char *place)
{
  struct nbdi_session *s = l->session;
  CLEANUP_TEXT const char *quoted = NULL;
  CLEANUP_FREE char *more = NULL;

  /* Only the first error is kept, and a server may send many. */
  if (l->reply.command->error != 0 && !s->trace.on)
    return;
  if (l->reply.length > 0)
    quoted = nbdi_printable_bytes (text, l->reply.length);
  if (asprintf (&more, "%s%s%s", place, quoted ? ": " : "",
                quoted ? quoted : "")
      == -1)
    more = NULL;
  nbdi_server_failed (s, l->reply.command, chunk_errno (l), l->reply.error,
                      more ? more : place);
}

/* An error of the command, or of one offset in its range.  Unknown types
 * begin in the same way, and mean that the command failed. */
GROUP (TRANSMISSION.REPLY.CHUNK.ERROR)
  CHUNK (NBD_REPLY_TYPE_ERROR, NBD_REPLY_TYPE_ERROR_OFFSET)
  LENGTH (NBD_REPLY_TYPE_ERROR, NBD_ERROR_SIZE, ANY)
  LENGTH (NBD_REPLY_TYPE_ERROR_OFFSET,
          NBD_ERROR_SIZE + NBD_ERROR_OFFSET_SIZE, ANY)
  LENGTH (ANY_ERROR, NBD_ERROR_SIZE, ANY)
  SPEC ("Structured reply types")

/* Receive the error and the length of its text. */
STATE (START)
  IO (RECV, NBD_ERROR_SIZE)
  GOES_TO (RECV_TEXT)
{
  const uint8_t *p = nbdi_take (l, NBD_ERROR_SIZE);
  uint32_t error = nbdi_get32 (p);
  uint16_t text = nbdi_get16 (p + 4);
  uint64_t room = room_for_text (&l->reply.chunk);

  if (text > room || text > NBD_MAX_STRING)
    return FAIL (0, "error chunk: text of %u bytes in a payload of %" PRIu64,
                 text, l->reply.chunk.length);
  l->reply.error = error;
  l->reply.length = text;
  return NEXT (RECV_TEXT);
}

/* Receive the text; an offset may follow. */
STATE (RECV_TEXT)
  IO (RECV, l->reply.length)
  GOES_TO (RECV_OFFSET, ^SKIP)
{
  l->in.skip = room_for_text (&l->reply.chunk) - l->reply.length;
  if (l->reply.chunk.type == NBD_REPLY_TYPE_ERROR_OFFSET)
    return NEXT (RECV_OFFSET);
  fail_command (l, nbdi_take (l, l->reply.length), "");
  return NEXT (^SKIP);
}

/* Receive the offset that failed; one outside the request is only reported.
 * The text is still in the buffer, so that the message can contain both. */
STATE (RECV_OFFSET)
  IO (RECV, l->reply.length + NBD_ERROR_OFFSET_SIZE)
  GOES_TO (^SKIP)
{
  struct nbdi_command *c = l->reply.command;
  size_t len = l->reply.length + NBD_ERROR_OFFSET_SIZE;
  const uint8_t *text = nbdi_take (l, len);
  uint64_t offset = nbdi_get64 (text + l->reply.length);
  char place[sizeof ", at offset 18446744073709551615"];

  if (offset >= c->offset && offset - c->offset < c->count)
    nbdi_call_error_chunk (s, c, offset, chunk_errno (l));
  snprintf (place, sizeof place, ", at offset %" PRIu64, offset);
  fail_command (l, text, place);
  return NEXT (^SKIP);
}
