/* SPDX-License-Identifier: MIT */
/* The buffer for a block status reply grows with what was received: a header
 * that announces a million extents costs almost no memory. */

#include "check.h"
#include "client.h"
#include "notation.h"
#include "server.h"

#define ANNOUNCED (4 + 8 * (1 << 20))
#define PART (1 << 20)

/* What else may grow: the handle, and the receive buffer when it is full. */
#define OTHERS (512 << 10)

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct calls extents = { 0 };

  CHECK_OK (nbd_add_meta_context (h, "base:allocation"));
  server_connect (&s, h, STRUCTURED, 1 << 30, FLAGS_ALL);
  CHECK_OK (nbd_aio_block_status (h, 1 << 29, 0, extent (&extents),
                                  NBD_NULL_COMPLETION, 0));
  s.drives = h;
  ssize_t before = nbd_get_handle_size (h);
  server_say (&s, "chunk_head DONE BLOCK_STATUS 1 %d u32 1", ANNOUNCED);
  pump (h);
  CHECK (nbd_get_handle_size (h) - before <= 128 << 10);
  server_say (&s, "zero %d", PART);
  pump (h);
  CHECK (nbd_get_handle_size (h) >= PART);
  CHECK (nbd_get_handle_size (h) <= 2 * PART + OTHERS);
  server_close (&s);
  pump (h);
  CHECK_STATE (h, "DEAD");
  CHECK (nbd_get_handle_size (h) < OTHERS);
  nbd_close (h);
  CHECK_CALLS (&extents, 0);
}
