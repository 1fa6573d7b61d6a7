/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

#include <errno.h>
#include <inttypes.h>

/* Act on a reply without an error. */
static void
take_simple_success (struct nbdi_link *l, struct nbdi_command *c)
{
  struct nbdi_session *s = l->session;

  /* With structured replies, a payload must be in chunks. */
  if (unlikely (nbdi_needs_chunks (c->type, l->agreed.structured_replies)))
    nbdi_fail_command (s, c, EPROTO,
                       "the server sent a simple reply where "
                       "a structured one is required");
}

/* A simple reply: an error number, and the data of a read. */
GROUP (TRANSMISSION.REPLY.SIMPLE)
  SPEC ("Simple reply message")

/* Receive the header. */
STATE (START)
  IO (RECV, NBD_SIMPLE_REPLY_SIZE)
  GOES_TO (RECV_PAYLOAD, SKIP, FINISH, ^START)
{
  const uint8_t *p = nbdi_take (l, NBD_SIMPLE_REPLY_SIZE);
  uint32_t error = nbdi_get32 (p + 4);
  uint64_t cookie = nbdi_get64 (p + 8);
  struct nbdi_command *c = nbdi_find_command (s, &l->lane,
                                              nbdi_own_cookie (l, cookie));

  l->reply.command = c;
  if (unlikely (c == NULL)) {
    /* Only if no payload can follow is it known where the next reply
     * begins. Disconnect, the last command, has no reply; a server that
     * sends one does no harm. */
    if (error != 0 || l->agreed.structured_replies
        || (l->sending.disconnect
            && nbdi_own_cookie (l, cookie) == s->cmds.last_cookie)) {
      nbdi_debug (&s->trace, "skipping a reply with unknown cookie %" PRIu64,
                  cookie);
      return NEXT (^START);
    }
    return FAIL (EPROTO,
                 "simple reply: cookie %" PRIu64 " belongs to no "
                 "command in flight",
                 cookie);
  }
  if (error != 0) {
    nbdi_server_failed (s, c, nbdi_errno_of_wire (error), error, "");
    return NEXT (FINISH);
  }
  take_simple_success (l, c);
  if (!nbdi_gets_data (c->type))
    return NEXT (FINISH);
  if (c->error != 0) {
    l->in.skip = c->count;
    return NEXT (SKIP);
  }
  l->in.fill = c->data;
  l->in.fill_left = c->count;
  return NEXT (RECV_PAYLOAD);
}

/* Receive the data into the program's buffer. */
STATE (RECV_PAYLOAD)
  IO (FILL)
  GOES_TO (FINISH)
{
  struct nbdi_command *c = l->reply.command;

  nbdi_read_end (c, 0, c->count);
  nbdi_call_chunk (s, c, 0, c->count, LIBNBD_READ_DATA);
  return NEXT (FINISH);
}

/* Discard data that should have come in chunks. */
STATE (SKIP)
  IO (SKIP)
  GOES_TO (FINISH)
{
  return NEXT (FINISH);
}

/* The reply is complete. */
STATE (FINISH)
  GOES_TO (^START)
{
  nbdi_answer_command (l, l->reply.command);
  return NEXT (^START);
}
