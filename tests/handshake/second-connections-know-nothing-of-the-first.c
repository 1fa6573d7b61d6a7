/* SPDX-License-Identifier: MIT */

/* A handle connects once.  A program that connects again needs a new handle,
 * which negotiates everything again: size, flags and the ids of contexts. */

#include <errno.h>

#include "styles.h"

static void
run (enum style style)
{
  struct server first, second;
  struct nbd_handle *h = nbd_create (), *other = nbd_create ();
  struct calls middle = { 0 }, done = { 0 };
  char buf[4];

  CHECK_OK (nbd_add_meta_context (h, "x-test:one"));
  CHECK_OK (nbd_add_meta_context (h, "x-test:two"));
  server_connect (&first, h, style, 1 << 20, FLAGS_ALL);
  server_close (&first);
  pump (h);
  CHECK_STATE (h, "CLOSED");
  int fd = server_pair (&second);

  CHECK_FAILS (nbd_aio_connect_socket (h, fd), EINVAL, "closed");
  server_close (&second);
  CHECK_OK (nbd_add_meta_context (other, "x-test:two"));
  server_connect (&second, other, style, 4096, 0x3);
  CHECK_INT (nbd_get_size (h), 1 << 20);
  CHECK_INT (nbd_get_size (other), 4096);
  CHECK_INT (nbd_is_read_only (h), 0);
  CHECK_INT (nbd_is_read_only (other), 1);
  CHECK_FAILS (nbd_aio_pread (other, buf, 4, 4096, NBD_NULL_COMPLETION, 0),
               EINVAL, NULL);
  nbd_close (h);
  if (style != SIMPLE) { /* only the first connection had the id 2 */
    CHECK_OK (nbd_aio_block_status_64 (other, 4096, 0, extent64 (&middle),
                                       completion (&done), 0));
    server_say (
      &second,
      style == STRUCTURED
        ? "chunk DONE BLOCK_STATUS 1 u32 2 u32 4K u32 0"
        : "xchunk DONE BLOCK_STATUS_EXT 1 0 u32 2 u32 1 u64 4K u64 0");
    pump (other);
    CHECK_INT (middle.called, 0);
    CHECK_INT (done.error, EPROTO);
  }
  nbd_close (other);
  server_close (&second);
}

void
test (void)
{
  FOR_EACH_STYLE (style, run);
  check_rows_end ();
}
