/* SPDX-License-Identifier: MIT */
/* If there is no memory for the extents of a reply, only their command fails,
 * with ENOMEM.  The stream stays in step and the handle can still be used.
 *
 * The linker redirects the library's realloc to this file (-Wl,--wrap). */

#include <errno.h>
#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "server.h"
#include "wrap.h"

static const struct {
  const char *name;
  int extents;
  size_t asked; /* size in bytes of the allocation that fails */
} rows[] = {
  { "the first room", 3000, 4 + 8 * 3000 },
  { "more room", 12000, 4 + 8 * 12000 },
};

static size_t fails;

WRAPPER (void *, realloc, (void *p, size_t n))
{
  if (fails == n) {
    errno = ENOMEM;
    return NULL;
  }
  return __real_realloc (p, n);
}

static void
run (size_t i)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct calls extents = { 0 }, done = { .gives = 1 }, flushed = { 0 };

  CHECK_OK (nbd_add_meta_context (h, "base:allocation"));
  server_connect (&s, h, STRUCTURED, 1 << 20, FLAGS_ALL);
  CHECK_OK (nbd_aio_block_status (h, 512, 0, extent (&extents),
                                  completion (&done), 0));
  fails = rows[i].asked;
  s.drives = h;
  server_say (&s, "chunk 0 BLOCK_STATUS 1 u32 1 zero %d",
              8 * rows[i].extents);
  pump (h);
  fails = 0;
  server_say (&s, "chunk DONE NONE 1");
  pump (h);
  CHECK_CALLS (&done, 1);
  CHECK_INT (done.error, ENOMEM);
  CHECK_CALLS (&extents, 0);
  CHECK_STATE (h, "READY");
  CHECK_OK (nbd_aio_flush (h, completion (&flushed), 0));
  server_say (&s, "chunk DONE NONE 2");
  pump (h);
  CHECK_INT (flushed.called, 1);
  CHECK_INT (flushed.error, 0);
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  RUN_ROWS (rows, run);
}
