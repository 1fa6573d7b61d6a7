/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

#include <errno.h>
#include <inttypes.h>

/* The largest valid chunk: the largest read, and 8 bytes for the offset. */
#define MAX_CHUNK (NBDI_MAX_REQUEST + NBD_OFFSET_DATA_SIZE)

/* Whether the chunk can answer its command.  If not, the command fails. */
static bool
chunk_answers (struct nbdi_link *l, struct nbdi_command *c,
               const struct nbdi_chunk *chunk)
{
  struct nbdi_session *s = l->session;

  if (unlikely (l->agreed.extended_headers && chunk->offset != c->offset)) {
    nbdi_fail_command (s, c, EPROTO,
                       "reply chunk: offset %" PRIu64
                       " is not the request's %" PRIu64,
                       chunk->offset, c->offset);
    return false;
  }
  if (unlikely (!nbdi_chunk_fits (c->type, chunk->type, chunk->length))) {
    nbdi_fail_command (s, c, EPROTO,
                       "reply chunk: type 0x%x with a payload "
                       "of %" PRIu64 " bytes is no answer to %s",
                       chunk->type, chunk->length,
                       nbdi_command_name (c->type));
    return false;
  }
  return true;
}

/* One chunk of a structured or extended reply; these differ only in the
 * header. */
GROUP (TRANSMISSION.REPLY.CHUNK)
  SPEC ("Structured reply chunk message")

/* Receive the header and choose what to do with the payload. */
STATE (START)
  IO (RECV, l->agreed.extended_headers ? NBD_EXTENDED_REPLY_SIZE
                                       : NBD_STRUCTURED_REPLY_SIZE)
  DISPATCHES (CHUNK)
  GOES_TO (ERROR.START, SKIP)
{
  struct nbdi_chunk *chunk = &l->reply.chunk;
  bool extended = l->agreed.extended_headers;

  nbdi_decode_chunk (nbdi_take (l, extended ? NBD_EXTENDED_REPLY_SIZE
                                            : NBD_STRUCTURED_REPLY_SIZE),
                     chunk, extended);
  if (chunk->length > MAX_CHUNK)
    return FAIL (0,
                 "reply chunk: payload of %" PRIu64 " bytes exceeds %u, "
                 "the most that any request can bring",
                 chunk->length, MAX_CHUNK);

  struct nbdi_command *c =
    nbdi_find_command (s, &l->lane, nbdi_own_cookie (l, chunk->cookie));
  l->reply.command = c;
  l->in.skip = chunk->length;
  if (unlikely (c == NULL)) {
    nbdi_debug (&s->trace,
                "skipping a reply chunk with unknown cookie %" PRIu64,
                chunk->cookie);
    return NEXT (SKIP);
  }
  if (!chunk_answers (l, c, chunk))
    return NEXT (SKIP);
  return DISPATCH (chunk->type, ERROR.START);
}

/* Discard a payload that is not used, or the rest of one. */
STATE (SKIP)
  IO (SKIP)
  GOES_TO (FINISH)
{
  return NEXT (FINISH);
}

/* The chunk is read; the last one of a reply ends the command. */
STATE (FINISH)
  GOES_TO (^START)
{
  if (l->reply.command != NULL
      && (l->reply.chunk.flags & NBD_REPLY_FLAG_DONE) != 0)
    nbdi_answer_command (l, l->reply.command);
  return NEXT (^START);
}
