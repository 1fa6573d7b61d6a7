/* SPDX-License-Identifier: MIT */
/* The calls that issue commands: what the program may ask for. */

#include "api/library.h"

#include <errno.h>

/* A command that the server did not offer. */
static int
require (struct nbd_handle *h, uint16_t flag, int errnum, const char *what)
{
  if (!nbdi_strict (h, LIBNBD_STRICT_COMMANDS) ||
      (h->session.export.flags & flag) != 0)
    return 0;
  nbdi_error (errnum, "the server does not support %s", what);
  return -1;
}

static int
require_writable (struct nbd_handle *h)
{
  if (!nbdi_strict (h, LIBNBD_STRICT_COMMANDS) ||
      (h->session.export.flags & NBD_FLAG_READ_ONLY) == 0)
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

static int64_t
issue_read (struct nbd_handle *h, void *buf, size_t count, uint64_t offset,
            nbd_chunk_callback *chunk, nbd_completion_callback *completion,
            uint32_t flags)
{
  struct nbdi_command c = {
    .type = NBD_CMD_READ, .flags = flags, .offset = offset, .count = count,
    .data = buf, .initialize = h->session.settings.pread_initialize,
  };

  if (check_flags (h, flags) == -1)
    return -1;
  if (chunk)
    c.chunk = *chunk;
  int64_t cookie = nbdi_issue (h, &c, EINVAL, completion);
  if (cookie != -1 && chunk)
    NBDI_MOVED (chunk);
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
  uint32_t wanted = h->link.agreed.extended_headers ? bit : 0;

  if (nbdi_strict (h, LIBNBD_STRICT_AUTO_FLAG))
    *flags = (*flags & ~bit) | wanted;
  else if (nbdi_strict (h, LIBNBD_STRICT_COMMANDS)
           && (*flags & bit) != wanted) {
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
  h->session.cmds.disconnect = true;
  nbdi_event (&h->link, NBDI_EVENT_FLUSH);
  return 0;
}
