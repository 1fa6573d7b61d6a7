/* SPDX-License-Identifier: MIT */
/* The calls that issue block status commands. */

#include "api/library.h"

#include <errno.h>

static int
require_status (struct nbd_handle *h)
{
  if (!nbdi_strict (h, LIBNBD_STRICT_COMMANDS))
    return 0;
  if (!nbdi_agreed (h)->structured_replies) {
    nbdi_error (ENOTSUP, "the server does not support structured replies, "
                         "which block status needs");
    return -1;
  }
  if (!h->session.export.contexts_valid
      || h->session.export.nr_contexts == 0) {
    nbdi_error (ENOTSUP,
                "no metadata context was negotiated: use "
                "nbd_add_meta_context before connecting, and the server "
                "must have it");
    return -1;
  }
  return 0;
}

int64_t
nbdi_aio_block_status (struct nbd_handle *h, uint64_t count, uint64_t offset,
                       nbd_extent_callback *extent,
                       nbd_completion_callback *completion, uint32_t flags)
{
  struct nbdi_command c = {
    .type = NBD_CMD_BLOCK_STATUS,
    .flags = flags,
    .offset = offset,
    .count = count,
    .extent = *extent,
  };

  if (require_status (h) == -1)
    return -1;
  int64_t cookie = nbdi_queue (h, &c, completion);
  if (cookie != -1)
    NBDI_MOVED (extent);
  return cookie;
}

int64_t
nbdi_aio_block_status_64 (struct nbd_handle *h, uint64_t count,
                          uint64_t offset, nbd_extent64_callback *extent64,
                          nbd_completion_callback *completion, uint32_t flags)
{
  struct nbdi_command c = {
    .type = NBD_CMD_BLOCK_STATUS,
    .flags = flags,
    .offset = offset,
    .count = count,
    .extent64 = *extent64,
    .extents64 = true,
  };

  if (require_status (h) == -1)
    return -1;
  int64_t cookie = nbdi_queue (h, &c, completion);
  if (cookie != -1)
    NBDI_MOVED (extent64);
  return cookie;
}

static int
require_filter (struct nbd_handle *h, uint32_t *flags)
{
  if (nbdi_strict (h, LIBNBD_STRICT_AUTO_FLAG))
    *flags |= LIBNBD_CMD_FLAG_PAYLOAD_LEN;
  if (!nbdi_agreed (h)->extended_headers) {
    nbdi_error (ENOTSUP, "extended headers were not negotiated, which a "
                         "filtered block status needs");
    return -1;
  }
  if (!nbdi_strict (h, LIBNBD_STRICT_COMMANDS))
    return 0;
  if ((h->session.export.flags & NBD_FLAG_BLOCK_STATUS_PAYLOAD) == 0) {
    nbdi_error (EINVAL, "the server does not support filtered block status");
    return -1;
  }
  if ((*flags & LIBNBD_CMD_FLAG_PAYLOAD_LEN) == 0) {
    nbdi_error (EINVAL, "PAYLOAD_LEN must be set for filtered block status");
    return -1;
  }
  return 0;
}

static int
context_id (struct nbd_handle *h, const char *name, uint32_t *id)
{
  for (size_t i = 0; i < h->session.export.nr_contexts; i++) {
    if (strcmp (h->session.export.contexts[i].name, name) == 0) {
      *id = h->session.export.contexts[i].id;
      return 0;
    }
  }
  nbdi_error (EINVAL, "metadata context %s was not negotiated", name);
  return -1;
}

/* Whether this id is among the first n. */
static bool
is_among (const uint8_t *ids, size_t n, uint32_t id)
{
  for (size_t i = 0; i < n; i++)
    if (nbdi_get32 (ids + 4 * i) == id)
      return true;
  return false;
}

/* The payload: the effect length and the wanted contexts, each once. */
static int
make_filter (struct nbd_handle *h, struct nbdi_command *c, char **contexts)
{
  c->filter = malloc (8 + 4 * h->session.export.nr_contexts);
  if (c->filter == NULL) {
    nbdi_error (errno, "list of %u metadata contexts",
                h->session.export.nr_contexts);
    return -1;
  }
  uint8_t *ids = nbdi_put64 (c->filter, c->count);
  size_t n = 0;
  for (size_t i = 0; contexts[i] != NULL; i++) {
    uint32_t id;
    if (context_id (h, contexts[i], &id) == -1)
      return -1;
    if (!is_among (ids, n, id))
      nbdi_put32 (ids + 4 * n++, id);
  }
  c->wire_length = (uint32_t) (8 + 4 * n);
  return 0;
}

int64_t
nbdi_aio_block_status_filter (struct nbd_handle *h, uint64_t count,
                              uint64_t offset, char **contexts,
                              nbd_extent64_callback *extent64,
                              nbd_completion_callback *completion,
                              uint32_t flags)
{
  if (require_filter (h, &flags) == -1 || require_status (h) == -1)
    return -1;
  struct nbdi_command c = {
    .type = NBD_CMD_BLOCK_STATUS,
    .flags = flags,
    .offset = offset,
    .count = count,
    .extent64 = *extent64,
    .extents64 = true,
  };
  int64_t cookie = make_filter (h, &c, contexts) == -1
                     ? -1
                     : nbdi_queue (h, &c, completion);
  if (cookie == -1)
    free (c.filter);
  else
    NBDI_MOVED (extent64);
  return cookie;
}
