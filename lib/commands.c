/* SPDX-License-Identifier: MIT */
/* Issuing commands: what the program may ask for, and the queue. */

#include "internal.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Requests wait for company only while others are on their way, at most
 * one for each HOLD_SHARE of those and at most this many bytes.
 */
#define HOLD_SHARE 4
#define HOLD_BYTES (64u * 1024)

const char *
nbdi_command_name (uint16_t type)
{
  switch (type) {
  case NBD_CMD_READ: return "read";
  case NBD_CMD_WRITE: return "write";
  case NBD_CMD_DISC: return "disconnect";
  case NBD_CMD_FLUSH: return "flush";
  case NBD_CMD_TRIM: return "trim";
  case NBD_CMD_CACHE: return "cache";
  case NBD_CMD_WRITE_ZEROES: return "write-zeroes";
  case NBD_CMD_BLOCK_STATUS: return "block-status";
  default: return "unknown command";
  }
}

static bool
strict (const struct nbd_handle *h, uint32_t flag)
{
  return (h->settings.strict_mode & flag) != 0;
}

/* A command that the server did not offer. */
static int
require (struct nbd_handle *h, uint16_t flag, int errnum, const char *what)
{
  if (!strict (h, LIBNBD_STRICT_COMMANDS) || (h->export.flags & flag) != 0)
    return 0;
  nbdi_error (errnum, "the server does not support %s", what);
  return -1;
}

static int
require_writable (struct nbd_handle *h)
{
  if (!strict (h, LIBNBD_STRICT_COMMANDS) ||
      (h->export.flags & NBD_FLAG_READ_ONLY) == 0)
    return 0;
  nbdi_error (EPERM, "the export is read-only");
  return -1;
}

static int
check_flags (struct nbd_handle *h, uint32_t flags)
{
  if ((flags & LIBNBD_CMD_FLAG_FUA) != 0 &&
      require (h, NBD_FLAG_SEND_FUA, EINVAL, "the FUA flag") == -1)
    return -1;
  if ((flags & LIBNBD_CMD_FLAG_FAST_ZERO) != 0 &&
      require (h, NBD_FLAG_SEND_FAST_ZERO, EINVAL,
               "the FAST_ZERO flag") == -1)
    return -1;
  if ((flags & LIBNBD_CMD_FLAG_DF) != 0 &&
      require (h, NBD_FLAG_SEND_DF, EINVAL, "the DF flag") == -1)
    return -1;
  return 0;
}

/* What the program chose to have checked of offset and count. */
static int
check_range (struct nbd_handle *h, const struct nbdi_command *c,
             int beyond_end)
{
  uint64_t size = h->export.size, mask = h->export.minimum - 1;

  if (strict (h, LIBNBD_STRICT_ZERO_SIZE) && c->count == 0) {
    nbdi_error (EINVAL, "count is 0, for which the protocol has no meaning");
    return -1;
  }
  if (strict (h, LIBNBD_STRICT_BOUNDS) &&
      (c->offset > size || c->count > size - c->offset)) {
    nbdi_error (beyond_end, "%" PRIu64 " bytes at offset %" PRIu64
                " pass the end of the export at %" PRIu64, c->count,
                c->offset, size);
    return -1;
  }
  if (strict (h, LIBNBD_STRICT_ALIGN) && h->export.minimum > 1 &&
      ((c->offset | c->count) & mask) != 0) {
    nbdi_error (EINVAL, "%" PRIu64 " bytes at offset %" PRIu64 " are not "
                "aligned to the server's minimum block size %" PRIu32,
                c->count, c->offset, h->export.minimum);
    return -1;
  }
  return 0;
}

/* Whether the count does not fit into a request. */
static bool
passes_32_bits (const struct nbd_handle *h, const struct nbdi_command *c)
{
  return !h->export.extended_headers && c->count > UINT32_MAX;
}

/* Whether a write is larger than what may be sent, and whose limit that is:
 * a server can tell one, and we expect of each server that it takes some.
 */
static int
check_payload (struct nbd_handle *h, const struct nbdi_command *c)
{
  if (c->type != NBD_CMD_WRITE || !strict (h, LIBNBD_STRICT_PAYLOAD))
    return 0;
  uint32_t limit = nbdi_payload_limit (h), told = h->export.maximum;
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
  if (h->cmds.disconnect) {
    nbdi_error (EINVAL, "a disconnect was issued before");
    return -1;
  }
  if (h->cmds.queued + h->cmds.sent >= INT_MAX) {
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
  const struct nbdi_commands *cmds = &h->cmds;

  if (cmds->full ||
      (!h->seat.taken && cmds->queued * HOLD_SHARE <= cmds->sent &&
       cmds->queued_bytes <= HOLD_BYTES))
    nbdi_event (h, NBDI_EVENT_QUEUED);
  else
    nbdi_event (h, NBDI_EVENT_FLUSH);
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
  c = nbdi_new_command (h);
  if (c == NULL)
    return -1;
  *c = *init;
  /* How far to look is a wish, of which the server may do less anyway. */
  if (passes_32_bits (h, c))
    c->count = NBDI_CUT_32;
  c->completion = *completion;
  if (nbdi_add_command (h, c) == -1) {
    free (c);
    return -1;
  }
  memset (completion, 0, sizeof *completion);
  /* Retiring is possible as soon as something is sent. */
  int64_t cookie = (int64_t) c->cookie;
  send_or_hold (h);
  return cookie;
}

static int64_t
issue_read (struct nbd_handle *h, void *buf, size_t count, uint64_t offset,
            nbd_chunk_callback *chunk, nbd_completion_callback *completion,
            uint32_t flags)
{
  struct nbdi_command c = {
    .type = NBD_CMD_READ, .flags = flags, .offset = offset, .count = count,
    .data = buf, .initialize = h->settings.pread_initialize,
  };

  if (check_flags (h, flags) == -1)
    return -1;
  if (chunk)
    c.chunk = *chunk;
  int64_t cookie = nbdi_issue (h, &c, EINVAL, completion);
  if (cookie != -1 && chunk)
    memset (chunk, 0, sizeof *chunk);
  return cookie;
}

int64_t
nbdi_aio_pread (struct nbd_handle *h, void *buf, size_t count,
                uint64_t offset, nbd_completion_callback *completion,
                uint32_t flags)
{
  return issue_read (h, buf, count, offset, NULL, completion, flags);
}

int64_t
nbdi_aio_pread_structured (struct nbd_handle *h, void *buf, size_t count,
                           uint64_t offset, nbd_chunk_callback *chunk,
                           nbd_completion_callback *completion,
                           uint32_t flags)
{
  return issue_read (h, buf, count, offset, chunk, completion, flags);
}

/* With extended headers a payload must be flagged, without it cannot be. */
static int
payload_flag (struct nbd_handle *h, uint32_t *flags)
{
  uint32_t bit = LIBNBD_CMD_FLAG_PAYLOAD_LEN;
  uint32_t wanted = h->export.extended_headers ? bit : 0;

  if (strict (h, LIBNBD_STRICT_AUTO_FLAG))
    *flags = (*flags & ~bit) | wanted;
  else if (strict (h, LIBNBD_STRICT_COMMANDS) && (*flags & bit) != wanted) {
    nbdi_error (EINVAL, "PAYLOAD_LEN must be %s on this connection",
                wanted ? "set" : "clear");
    return -1;
  }
  return 0;
}

int64_t
nbdi_aio_pwrite (struct nbd_handle *h, const void *buf, size_t count,
                 uint64_t offset, nbd_completion_callback *completion,
                 uint32_t flags)
{
  if (require_writable (h) == -1 || check_flags (h, flags) == -1 ||
      payload_flag (h, &flags) == -1)
    return -1;
  struct nbdi_command c = {
    .type = NBD_CMD_WRITE, .flags = flags, .offset = offset, .count = count,
    .data = (uint8_t *) buf, .wire_length = (uint32_t) count,
  };
  return nbdi_issue (h, &c, ENOSPC, completion);
}

int64_t
nbdi_aio_flush (struct nbd_handle *h, nbd_completion_callback *completion,
                uint32_t flags)
{
  struct nbdi_command c = { .type = NBD_CMD_FLUSH, .flags = flags };

  if (require (h, NBD_FLAG_SEND_FLUSH, EINVAL, "flush") == -1)
    return -1;
  return nbdi_issue (h, &c, 0, completion);
}

int64_t
nbdi_aio_trim (struct nbd_handle *h, uint64_t count, uint64_t offset,
               nbd_completion_callback *completion, uint32_t flags)
{
  struct nbdi_command c = {
    .type = NBD_CMD_TRIM, .flags = flags, .offset = offset, .count = count,
  };

  if (require_writable (h) == -1 ||
      require (h, NBD_FLAG_SEND_TRIM, EINVAL, "trim") == -1 ||
      check_flags (h, flags) == -1)
    return -1;
  return nbdi_issue (h, &c, ENOSPC, completion);
}

int64_t
nbdi_aio_cache (struct nbd_handle *h, uint64_t count, uint64_t offset,
                nbd_completion_callback *completion, uint32_t flags)
{
  struct nbdi_command c = {
    .type = NBD_CMD_CACHE, .flags = flags, .offset = offset, .count = count,
  };

  if (require (h, NBD_FLAG_SEND_CACHE, EINVAL, "cache") == -1)
    return -1;
  return nbdi_issue (h, &c, EINVAL, completion);
}

int64_t
nbdi_aio_zero (struct nbd_handle *h, uint64_t count, uint64_t offset,
               nbd_completion_callback *completion, uint32_t flags)
{
  struct nbdi_command c = {
    .type = NBD_CMD_WRITE_ZEROES, .flags = flags, .offset = offset,
    .count = count,
  };

  if (require_writable (h) == -1 ||
      require (h, NBD_FLAG_SEND_WRITE_ZEROES, EINVAL, "write-zeroes") == -1 ||
      check_flags (h, flags) == -1)
    return -1;
  return nbdi_issue (h, &c, ENOSPC, completion);
}

int
nbdi_aio_disconnect (struct nbd_handle *h, uint32_t flags)
{
  static const nbd_completion_callback none;
  nbd_completion_callback completion = none;
  struct nbdi_command c = { .type = NBD_CMD_DISC, .flags = flags };

  if (nbdi_issue (h, &c, 0, &completion) == -1)
    return -1;
  h->cmds.disconnect = true;
  nbdi_event (h, NBDI_EVENT_FLUSH);
  return 0;
}
