/* SPDX-License-Identifier: MIT */
/* The calls that issue commands: what the program may ask for. */

#include "api/library.h"

static int64_t
issue_read (struct nbd_handle *h, void *buf, size_t count, uint64_t offset,
            nbd_chunk_callback *chunk, nbd_completion_callback *completion,
            uint32_t flags)
{
  struct nbdi_command c = {
    .type = NBD_CMD_READ,
    .flags = flags,
    .offset = offset,
    .count = count,
    .data = buf,
    .initialize = h->session.settings.pread_initialize,
  };

  if (chunk)
    c.chunk = *chunk;
  int64_t cookie = nbdi_queue (h, &c, completion);
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

int64_t
nbdi_aio_pwrite (struct nbd_handle *h, const void *buf, size_t count,
                 uint64_t offset, nbd_completion_callback *completion,
                 uint32_t flags)
{
  struct nbdi_command c = {
    .type = NBD_CMD_WRITE,
    .flags = flags,
    .offset = offset,
    .count = count,
    .data = (uint8_t *) buf,
  };

  return nbdi_queue (h, &c, completion);
}

int
nbdi_aio_disconnect (struct nbd_handle *h, uint32_t flags)
{
  static const nbd_completion_callback none;
  nbd_completion_callback completion = none;

  if (nbdi_issue (h, NBD_CMD_DISC, 0, 0, &completion, flags) == -1)
    return -1;
  h->session.cmds.disconnect = true;
  nbdi_flush (h);
  return 0;
}
