/* SPDX-License-Identifier: MIT */
/* What a server says of an export. */
#include <config.h>

#include "pool.h"

/* The payload of a request if the server states no limit. */
#define USUAL_MAXIMUM (UINT64_C (32) << 20)

static uint64_t
block_size (struct nbd_handle *h, int which, uint64_t otherwise)
{
  int64_t size = nbd_get_block_size (h, which);
  return size > 0 ? (uint64_t) size : otherwise;
}

struct tool_export
tool_export_of (struct nbd_handle *h)
{
  struct tool_export e = { .size = nbd_get_size (h) };
  if (e.size == -1)
    return e;
  e.minimum = block_size (h, LIBNBD_SIZE_MINIMUM, 1);
  e.preferred = block_size (h, LIBNBD_SIZE_PREFERRED, 4096);
  e.maximum = block_size (h, LIBNBD_SIZE_MAXIMUM, USUAL_MAXIMUM);
  uint64_t payload = block_size (h, LIBNBD_SIZE_PAYLOAD, USUAL_MAXIMUM);
  if (e.maximum > payload)
    e.maximum = payload;
  e.read_only = nbd_is_read_only (h) != 0;
  e.multi_conn = nbd_can_multi_conn (h) == 1;
  e.extended = nbd_get_extended_headers_negotiated (h) == 1;
  e.zero = nbd_can_zero (h) == 1;
  e.fast_zero = nbd_can_fast_zero (h) == 1;
  e.trim = nbd_can_trim (h) == 1;
  e.flush = nbd_can_flush (h) == 1;
  e.df = nbd_can_df (h) == 1;
  e.map = nbd_can_meta_context (h, LIBNBD_CONTEXT_BASE_ALLOCATION) == 1;
  return e;
}
