/* SPDX-License-Identifier: MIT */

/* How the client treats details of an export that are unusual but valid. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

static struct server s;
static char buf[1024];

static struct nbd_handle *
greeted (void)
{
  return server_negotiates (&s);
}

static void
end (struct nbd_handle *h)
{
  nbd_close (h);
  server_close (&s);
}

/* The last bytes of the export cannot be reached, and no request for them is
 * sent. */
static void
run_unaligned_size (void)
{
  struct nbd_handle *h = greeted ();

  CHECK_OK (nbd_aio_opt_go (h, NBD_NULL_COMPLETION));
  server_say (&s,
              "reply GO INFO u16 INFO_EXPORT u64 1000 u16 HAS_FLAGS\n"
              "reply GO INFO u16 INFO_BLOCK_SIZE u32 512 u32 512 u32 64K\n"
              "reply GO ACK");
  pump (h);
  server_take (&s);
  bytes_drop (&s.in, s.in.len);
  CHECK_STATE (h, "READY");
  CHECK_INT (nbd_get_size (h), 1000);
  CHECK_FAILS (nbd_aio_pread (h, buf, 488, 512, NBD_NULL_COMPLETION, 0),
               EINVAL, "nbd_aio_pread: ");
  CHECK_FAILS (nbd_aio_pread (h, buf, 1024, 0, NBD_NULL_COMPLETION, 0),
               EINVAL, "nbd_aio_pread: ");
  server_expect_nothing (&s);
  CHECK_OK (nbd_aio_pread (h, buf, 512, 0, NBD_NULL_COMPLETION, 0));
  end (h);
}

/* The size and the flags in the reply to NBD_OPT_GO count, not those in the
 * reply to NBD_OPT_INFO. */
static void
run_other_size (void)
{
  struct nbd_handle *h = greeted ();

  CHECK_OK (nbd_aio_opt_info (h, NBD_NULL_COMPLETION));
  server_say (&s, "reply INFO INFO u16 INFO_EXPORT u64 1M u16 HAS_FLAGS\n"
                  "reply INFO ACK");
  pump (h);
  CHECK_INT (nbd_get_size (h), 1 << 20);
  CHECK_OK (nbd_aio_opt_go (h, NBD_NULL_COMPLETION));
  server_say (&s, "reply GO INFO u16 INFO_EXPORT u64 2K u16 3\n"
                  "reply GO ACK");
  pump (h);
  CHECK_STATE (h, "READY");
  CHECK_INT (nbd_get_size (h), 2048);
  CHECK_INT (nbd_is_read_only (h), 1);
  CHECK_FAILS (nbd_aio_pread (h, buf, 512, 2048, NBD_NULL_COMPLETION, 0),
               EINVAL, NULL);
  end (h);
}

/* If the server requires block sizes and the program did not ask for them, the
 * option fails, and the program can ask for them then.  The library does not
 * do so by itself. */
static void
run_block_sizes_required (void)
{
  struct nbd_handle *h = greeted ();
  struct calls done = { 0 };

  CHECK_OK (nbd_set_request_block_size (h, false));
  CHECK_OK (nbd_aio_opt_go (h, completion (&done)));
  server_say (&s, "reply GO INFO u16 INFO_BLOCK_SIZE u32 512 u32 512 u32 4K\n"
                  "reply GO ERR_BLOCK_SIZE_REQD");
  pump (h);
  CHECK_CALLS (&done, 1);
  CHECK_INT (done.error, EINVAL);
  CHECK_STATE (h, "NEGOTIATING");
  CHECK_OK (nbd_set_request_block_size (h, true));
  server_take (&s);
  bytes_drop (&s.in, s.in.len);
  CHECK_OK (nbd_aio_opt_go (h, NBD_NULL_COMPLETION));
  server_expect (&s, "option GO string \"\" u16 1 u16 INFO_BLOCK_SIZE");
  server_say (&s, "reply GO INFO u16 INFO_BLOCK_SIZE u32 512 u32 512 u32 4K\n"
                  "reply GO INFO u16 INFO_EXPORT u64 1M u16 1\nreply GO ACK");
  pump (h);
  CHECK_STATE (h, "READY");
  CHECK_INT (nbd_get_block_size (h, LIBNBD_SIZE_MINIMUM), 512);
  end (h);
}

void
test (void)
{
  if (ROW ("a size that is no multiple of the minimum block"))
    run_unaligned_size ();
  if (ROW ("another size in NBD_OPT_GO"))
    run_other_size ();
  if (ROW ("block sizes are required but not wanted"))
    run_block_sizes_required ();
  check_rows_end ();
}
