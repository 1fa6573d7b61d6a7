/* SPDX-License-Identifier: MIT */

/* A million extents of the greatest length that fits 32 bits add up without
 * overflow, and none of them passes the end of the export.
 *
 * Servers have failed at such sums: CVE-2025-47711, CVE-2025-47712. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "notation.h"
#include "server.h"

#define N (1 << 20)

static size_t seen;
static uint64_t sum;

static int
on_extent (void *opaque, const char *metacontext, uint64_t offset,
           nbd_extent *entries, size_t nr_entries, int *error)
{
  (void) opaque;
  (void) metacontext;
  (void) offset;
  (void) error;
  for (size_t i = 0; i < nr_entries; i++)
    sum += entries[i].length;
  seen = nr_entries;
  return 0;
}

static void
run (uint64_t size, int errnum, size_t extents, uint64_t covered)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct calls done = { 0 };
  struct bytes reply = { 0 };

  CHECK_OK (nbd_add_meta_context (h, "base:allocation"));
  server_connect (&s, h, STRUCTURED, size, FLAGS_ALL);
  seen = sum = 0;
  CHECK_OK (nbd_aio_block_status_64 (
    h, 512, 0, (nbd_extent64_callback) { .callback = on_extent },
    completion (&done), 0));
  notation_format (&reply, "chunk_head DONE BLOCK_STATUS 1 %d u32 1",
                   4 + 8 * N);
  for (int i = 0; i < N; i++)
    put_uint (&reply, UINT64_C (0xffffffff) << 32, 8);
  s.drives = h;
  server_send (&s, reply.p, reply.len);
  pump (h);
  CHECK_STATE (h, "READY");
  CHECK_INT (done.error, errnum);
  CHECK_INT (seen, extents);
  CHECK_INT (sum, covered);
  nbd_close (h);
  server_close (&s);
  bytes_free (&reply);
}

void
test (void)
{
  if (ROW ("within the export"))
    run (INT64_MAX, 0, N, N * UINT64_C (0xffffffff));
  if (ROW ("past its end"))
    run (UINT64_C (10) << 30, EPROTO, 3, UINT64_C (10) << 30);
  check_rows_end ();
}
