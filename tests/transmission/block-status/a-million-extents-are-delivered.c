/* SPDX-License-Identifier: MIT */

/* The largest block status reply that a server should send, 2^20 extents,
 * reaches the callback whole. */

#include "check.h"
#include "client.h"
#include "notation.h"
#include "server.h"

#define N (1 << 20)

static size_t entries_seen;

static int
on_extent (void *opaque, const char *metacontext, uint64_t offset,
           uint32_t *entries, size_t nr_entries, int *error)
{
  (void) opaque;
  (void) error;
  CHECK_STRING (metacontext, "base:allocation");
  CHECK_INT (offset, 0);
  for (size_t i = 0; i < nr_entries; i += 2) {
    CHECK_INT (entries[i], 512);
    CHECK_INT (entries[i + 1], i / 2 % 4);
  }
  entries_seen = nr_entries;
  return 0;
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct bytes reply = { 0 };

  CHECK_OK (nbd_add_meta_context (h, "base:allocation"));
  server_connect (&s, h, STRUCTURED, 1 << 30, FLAGS_ALL);
  CHECK_OK (nbd_aio_block_status (
    h, 1 << 29, 0, (nbd_extent_callback) { .callback = on_extent },
    NBD_NULL_COMPLETION, 0));
  notation_format (&reply, "chunk_head DONE BLOCK_STATUS 1 %d u32 1",
                   4 + 8 * N);
  for (int i = 0; i < N; i++) {
    put_uint (&reply, 512, 4);
    put_uint (&reply, i % 4, 4);
  }
  s.drives = h;
  server_send (&s, reply.p, reply.len);
  pump (h);
  CHECK_INT (nbd_aio_command_completed (h, 1), 1);
  CHECK_INT (entries_seen, 2 * N);
  nbd_close (h);
  server_close (&s);
  bytes_free (&reply);
}
