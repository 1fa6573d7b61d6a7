/* SPDX-License-Identifier: MIT */
/* Accepting commands: the checks, and the queue.  What depends on the type
 * of a command is in its record (generator/api/requests.py). */

#include "drive/drive.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>

/* Whether the program wants this check (nbd_set_strict_mode). */
bool
nbdi_strict (const struct nbd_handle *h, uint32_t flag)
{
  return (h->session.settings.strict_mode & flag) != 0;
}

/* Check that the server offers this, unless the program switched the check
 * off. */
static int
require (struct nbd_handle *h, uint16_t flag, const char *article,
         const char *what, const char *kind)
{
  if (!nbdi_strict (h, LIBNBD_STRICT_COMMANDS)
      || (h->session.export.flags & flag) != 0)
    return 0;
  nbdi_error (EINVAL, "the server does not support %s%s%s", article, what,
              kind);
  return -1;
}

static int
require_writable (struct nbd_handle *h)
{
  if (!nbdi_strict (h, LIBNBD_STRICT_COMMANDS)
      || (h->session.export.flags & NBD_FLAG_READ_ONLY) == 0)
    return 0;
  nbdi_error (EPERM, "the export is read-only");
  return -1;
}

/* Whether the server permits each of these flags. */
static int
require_flags (struct nbd_handle *h, uint16_t flags)
{
  for (size_t i = 0; i < NBDI_NR_REQUEST_FLAGS; i++) {
    const struct nbdi_flag_rules *flag = &nbdi_request_flags[i];
    if ((flags & flag->flag) != 0
        && require (h, flag->permitted_by, "the ", flag->name, " flag") == -1)
      return -1;
  }
  return 0;
}

/* Whether the server offers the command, with its flags. */
static int
check_offer (struct nbd_handle *h, const struct nbdi_command *c,
             const struct nbdi_request_rules *rules)
{
  if (rules->modifies && require_writable (h) == -1)
    return -1;
  if (rules->needs != 0
      && require (h, rules->needs, "", rules->name, "") == -1)
    return -1;
  return likely ((c->flags & rules->to_permit) == 0)
           ? 0
           : require_flags (h, c->flags & rules->to_permit);
}

/* With extended headers a payload must be flagged; without them it must not
 * be. */
static int
flag_payload (struct nbd_handle *h, struct nbdi_command *c)
{
  uint16_t bit = NBD_CMD_FLAG_PAYLOAD_LEN;
  uint16_t wanted = nbdi_agreed (h)->extended_headers ? bit : 0;

  if (nbdi_strict (h, LIBNBD_STRICT_AUTO_FLAG))
    c->flags = (c->flags & ~bit) | wanted;
  else if (nbdi_strict (h, LIBNBD_STRICT_COMMANDS)
           && (c->flags & bit) != wanted) {
    nbdi_error (EINVAL, "PAYLOAD_LEN must be %s on this connection",
                wanted ? "set" : "clear");
    return -1;
  }
  c->wire_length = (uint32_t) c->count;
  return 0;
}

/* The checks of offset and count, as far as the program wants them. */
static int
check_range (struct nbd_handle *h, const struct nbdi_command *c, int past_end)
{
  uint64_t size = h->session.export.size,
           mask = h->session.export.minimum - 1;

  if (nbdi_strict (h, LIBNBD_STRICT_ZERO_SIZE) && c->count == 0) {
    nbdi_error (EINVAL, "count is 0, for which the protocol has no meaning");
    return -1;
  }
  if (nbdi_strict (h, LIBNBD_STRICT_BOUNDS)
      && (c->offset > size || c->count > size - c->offset)) {
    nbdi_error (past_end,
                "%" PRIu64 " bytes at offset %" PRIu64
                " pass the end of the export at %" PRIu64,
                c->count, c->offset, size);
    return -1;
  }
  if (nbdi_strict (h, LIBNBD_STRICT_ALIGN) && h->session.export.minimum > 1
      && ((c->offset | c->count) & mask) != 0) {
    nbdi_error (EINVAL,
                "%" PRIu64 " bytes at offset %" PRIu64 " are not "
                "aligned to the server's minimum block size %" PRIu32,
                c->count, c->offset, h->session.export.minimum);
    return -1;
  }
  return 0;
}

/* Whether the count does not fit into a request. */
static bool
passes_32_bits (const struct nbd_handle *h, const struct nbdi_command *c)
{
  return !nbdi_agreed (h)->extended_headers && c->count > UINT32_MAX;
}

/* Check that a write is not larger than what may be sent.  The error says
 * whose limit that is: the server's own, or the size that every server is
 * expected to accept. */
static int
check_payload (struct nbd_handle *h, const struct nbdi_command *c)
{
  if (!nbdi_strict (h, LIBNBD_STRICT_PAYLOAD))
    return 0;
  uint32_t limit = nbdi_payload_limit (&h->session);
  uint32_t told = h->session.export.maximum;
  if (c->count <= limit)
    return 0;
  if (told == 0)
    nbdi_error (ERANGE,
                "count %" PRIu64 " exceeds %" PRIu32 ", which is the "
                "most to be sent to a server that tells no maximum block "
                "size",
                c->count, limit);
  else if (told < limit)
    nbdi_error (ERANGE,
                "count %" PRIu64 " exceeds %" PRIu32 ", which every "
                "server is expected to take; this one's maximum block size "
                "is %" PRIu32,
                c->count, limit, told);
  else
    nbdi_error (ERANGE,
                "count %" PRIu64 " exceeds the server's maximum block "
                "size %" PRIu32,
                c->count, limit);
  return -1;
}

/* The limits that hold with any setting. */
static int
check_limits (struct nbd_handle *h, const struct nbdi_command *c,
              const struct nbdi_request_rules *rules)
{
  if (rules->payload != NBDI_PAYLOAD_NONE && c->count > NBDI_MAX_REQUEST) {
    nbdi_error (ERANGE,
                "count %" PRIu64 " exceeds %u, the most that this "
                "library transfers in one request",
                c->count, NBDI_MAX_REQUEST);
    return -1;
  }
  if (rules->payload == NBDI_PAYLOAD_OUT && check_payload (h, c) == -1)
    return -1;
  if (passes_32_bits (h, c) && !rules->shortened) {
    nbdi_error (ERANGE,
                "count %" PRIu64 " exceeds 32 bits, which needs "
                "extended headers",
                c->count);
    return -1;
  }
  if (h->session.cmds.disconnect) {
    nbdi_error (EINVAL, "a disconnect was issued before");
    return -1;
  }
  if (h->session.cmds.nr_pending >= INT_MAX) {
    nbdi_error (ENOMEM, "too many commands in flight");
    return -1;
  }
  return 0;
}

/* Accept a command: copy `init`, complete the copy, and move the completion
 * callback into it. */
int64_t
nbdi_queue (struct nbd_handle *h, struct nbdi_command *init,
            nbd_completion_callback *completion)
{
  const struct nbdi_request_rules *rules = &nbdi_requests[init->type];
  struct nbdi_command *c;

  if (check_offer (h, init, rules) == -1
      || (rules->payload == NBDI_PAYLOAD_OUT && flag_payload (h, init) == -1)
      || check_limits (h, init, rules) == -1
      || (rules->past_end != 0
          && check_range (h, init, rules->past_end) == -1))
    return -1;
  c = nbdi_new_command (&h->session);
  if (c == NULL)
    return -1;
  *c = *init;
  if (passes_32_bits (h, c))
    c->count = NBDI_CUT_32;
  struct nbdi_list *list = likely (!nbdi_may_have_to_wait (&h->session))
                             ? &h->link.lane.queue
                             : &h->session.cmds.waiting;
  if (nbdi_add_command (&h->session, c, list) == -1) {
    free (c);
    return -1;
  }
  c->completion = NBDI_MOVE (completion);
  /* Read the cookie now: the command may be retired as soon as something is
   * sent. */
  int64_t cookie = (int64_t) c->cookie;
  nbdi_begin_command (h, c);
  return cookie;
}

/* Issue a command that has a range and no payload, or no range either. */
int64_t
nbdi_issue (struct nbd_handle *h, uint16_t type, uint64_t count,
            uint64_t offset, nbd_completion_callback *completion,
            uint32_t flags)
{
  struct nbdi_command c = {
    .type = type,
    .flags = flags,
    .offset = offset,
    .count = count,
  };

  return nbdi_queue (h, &c, completion);
}
