/* SPDX-License-Identifier: MIT */
/* Accepting commands: what cannot be asked for, and the queue. */

#include "drive/drive.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>

/* Requests wait for company only while others are on their way, at most
 * one for each HOLD_SHARE of those and at most this many bytes.
 */
#define HOLD_SHARE 4
#define HOLD_BYTES (64u * 1024)

/* Whether the program wants this to be checked. */
bool
nbdi_strict (const struct nbd_handle *h, uint32_t flag)
{
  return (h->session.settings.strict_mode & flag) != 0;
}

/* What the program chose to have checked of offset and count. */
static int
check_range (struct nbd_handle *h, const struct nbdi_command *c,
             int beyond_end)
{
  uint64_t size = h->session.export.size, mask = h->session.export.minimum - 1;

  if (nbdi_strict (h, LIBNBD_STRICT_ZERO_SIZE) && c->count == 0) {
    nbdi_error (EINVAL, "count is 0, for which the protocol has no meaning");
    return -1;
  }
  if (nbdi_strict (h, LIBNBD_STRICT_BOUNDS) &&
      (c->offset > size || c->count > size - c->offset)) {
    nbdi_error (beyond_end, "%" PRIu64 " bytes at offset %" PRIu64
                " pass the end of the export at %" PRIu64, c->count,
                c->offset, size);
    return -1;
  }
  if (nbdi_strict (h, LIBNBD_STRICT_ALIGN) && h->session.export.minimum > 1 &&
      ((c->offset | c->count) & mask) != 0) {
    nbdi_error (EINVAL, "%" PRIu64 " bytes at offset %" PRIu64 " are not "
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
  return !h->link.agreed.extended_headers && c->count > UINT32_MAX;
}

/* Whether a write is larger than what may be sent, and whose limit that is:
 * a server can tell one, and we expect of each server that it takes some.
 */
static int
check_payload (struct nbd_handle *h, const struct nbdi_command *c)
{
  if (c->type != NBD_CMD_WRITE || !nbdi_strict (h, LIBNBD_STRICT_PAYLOAD))
    return 0;
  uint32_t limit = nbdi_payload_limit (&h->session);
  uint32_t told = h->session.export.maximum;
  if (c->count <= limit)
    return 0;
  if (told == 0)
    nbdi_error (ERANGE, "count %" PRIu64 " exceeds %" PRIu32 ", which is the "
                "most to be sent to a server that tells no maximum block "
                "size", c->count, limit);
  else if (told < limit)
    nbdi_error (ERANGE, "count %" PRIu64 " exceeds %" PRIu32 ", which every "
                "server is expected to take; this one's maximum block size "
                "is %" PRIu32, c->count, limit, told);
  else
    nbdi_error (ERANGE, "count %" PRIu64 " exceeds the server's maximum block "
                "size %" PRIu32, c->count, limit);
  return -1;
}

/* What no setting permits. */
static int
check_limits (struct nbd_handle *h, const struct nbdi_command *c)
{
  bool data = c->type == NBD_CMD_READ || c->type == NBD_CMD_WRITE;

  if (data && c->count > NBDI_MAX_REQUEST) {
    nbdi_error (ERANGE, "count %" PRIu64 " exceeds %u, the most that this "
                "library transfers in one request", c->count,
                NBDI_MAX_REQUEST);
    return -1;
  }
  if (check_payload (h, c) == -1)
    return -1;
  if (passes_32_bits (h, c) && c->type != NBD_CMD_BLOCK_STATUS) {
    nbdi_error (ERANGE, "count %" PRIu64 " exceeds 32 bits, which needs "
                "extended headers", c->count);
    return -1;
  }
  if (h->session.cmds.disconnect) {
    nbdi_error (EINVAL, "a disconnect was issued before");
    return -1;
  }
  if (h->session.cmds.queued + h->link.sending.unanswered >= INT_MAX) {
    nbdi_error (ENOMEM, "too many commands in flight");
    return -1;
  }
  return 0;
}

/* Send now, or let the request wait for company: requests on their way
 * will be answered, and the answers let this one go.  While another thread
 * sleeps in the driver's seat nobody would notice a waiting request.
 */
static void
send_or_hold (struct nbd_handle *h)
{
  const struct nbdi_commands *cmds = &h->session.cmds;
  const struct nbdi_sending *sending = &h->link.sending;
  uint64_t bytes = cmds->queued_bytes + cmds->queued * NBD_REQUEST_SIZE;

  if (sending->full ||
      (!h->seat.taken && cmds->queued * HOLD_SHARE <= sending->unanswered &&
       bytes <= HOLD_BYTES))
    nbdi_event (&h->link, NBDI_EVENT_QUEUED);
  else
    nbdi_event (&h->link, NBDI_EVENT_FLUSH);
}

/* Accept a command: `init` is copied, the completion moves.  Commands with
 * a range, all but flush and disconnect, fail with `beyond_end` outside.
 */
int64_t
nbdi_issue (struct nbd_handle *h, const struct nbdi_command *init,
            int beyond_end, nbd_completion_callback *completion)
{
  struct nbdi_command *c;

  if (check_limits (h, init) == -1 ||
      (beyond_end != 0 && check_range (h, init, beyond_end) == -1))
    return -1;
  c = nbdi_new_command (&h->session);
  if (c == NULL)
    return -1;
  *c = *init;
  /* How far to look is a wish, of which the server may do less anyway. */
  if (passes_32_bits (h, c))
    c->count = NBDI_CUT_32;
  if (nbdi_add_command (&h->session, c) == -1) {
    free (c);
    return -1;
  }
  c->completion = NBDI_MOVE (completion);
  /* Retiring is possible as soon as something is sent. */
  int64_t cookie = (int64_t) c->cookie;
  send_or_hold (h);
  return cookie;
}
