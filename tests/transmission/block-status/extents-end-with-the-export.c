/* SPDX-License-Identifier: MIT */

/* Extents beyond the end of an export fail their command and do not reach the
 * callback.  An extent that is longer than a signed number can say is shown
 * with the largest one. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

static nbd_extent seen[4];
static size_t nr_seen;

static int
on_extent (void *opaque __attribute__ ((unused)),
           const char *metacontext __attribute__ ((unused)),
           uint64_t offset __attribute__ ((unused)), nbd_extent *entries,
           size_t nr_entries, int *error __attribute__ ((unused)))
{
  for (nr_seen = 0; nr_seen < nr_entries; nr_seen++)
    seen[nr_seen] = entries[nr_seen];
  return 0;
}

static int
status (enum style style, uint64_t size, uint64_t offset, const char *reply)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct calls done = { 0 };

  CHECK_OK (nbd_add_meta_context (h, "x:y"));
  CHECK_OK (nbd_set_strict_mode (h, 0));
  server_connect (&s, h, style, size, FLAGS_ALL);
  nr_seen = 0;
  CHECK_OK (nbd_aio_block_status_64 (
    h, 4096, offset, (nbd_extent64_callback) { .callback = on_extent },
    completion (&done), 0));
  server_say (&s, "%s", reply);
  pump (h);
  CHECK_STATE (h, "READY");
  nbd_close (h);
  CHECK_CALLS (&done, 1);
  server_close (&s);
  return done.error;
}

void
test (void)
{
  check_case ("one more behind the end");
  CHECK_INT (status (STRUCTURED, 4096, 0,
                     "chunk DONE BLOCK_STATUS 1 u32 1 "
                     "u32 4096 u32 0 u32 4096 u32 0"),
             EPROTO);
  CHECK_INT (nr_seen, 1);
  CHECK_INT (seen[0].length, 4096);
  check_case ("nothing but behind the end");
  CHECK_INT (status (STRUCTURED, 4096, 4096,
                     "chunk DONE BLOCK_STATUS 1 "
                     "u32 1 u32 4096 u32 0"),
             EPROTO);
  CHECK_INT (nr_seen, 0);
  check_case ("longer than 63 bits");
  CHECK_INT (status (EXTENDED, UINT64_MAX, 0,
                     "xchunk DONE "
                     "BLOCK_STATUS_EXT 1 0 u32 1 u32 2 "
                     "u64 0xffffffffffffff00 u64 0 u64 16 u64 0"),
             0);
  CHECK_INT (nr_seen, 1);
  CHECK (seen[0].length <= INT64_MAX && seen[0].length > INT64_MAX / 2);
}
