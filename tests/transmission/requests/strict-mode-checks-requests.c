/* SPDX-License-Identifier: MIT */

/* Each bit of the strict mode refuses its own kind of mistake, with the right
 * errno and without sending.  With the bit off, the command is sent. */

#include <errno.h>
#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "server.h"

static char buf[1024];

static int64_t
do_read (struct nbd_handle *h, uint64_t count, uint64_t offset,
         uint32_t flags)
{
  return nbd_aio_pread (h, buf, count, offset, NBD_NULL_COMPLETION, flags);
}

static int64_t
do_read_df (struct nbd_handle *h, uint64_t count, uint64_t offset,
            uint32_t flags)
{
  static struct calls middle;

  return nbd_aio_pread_structured (h, buf, count, offset, chunk (&middle),
                                   NBD_NULL_COMPLETION, flags);
}

static int64_t
do_write (struct nbd_handle *h, uint64_t count, uint64_t offset,
          uint32_t flags)
{
  return nbd_aio_pwrite (h, buf, count, offset, NBD_NULL_COMPLETION, flags);
}

static int64_t
do_flush (struct nbd_handle *h, uint64_t count, uint64_t offset,
          uint32_t flags)
{
  (void) count;
  (void) offset;
  return nbd_aio_flush (h, NBD_NULL_COMPLETION, flags);
}

static int64_t
do_trim (struct nbd_handle *h, uint64_t count, uint64_t offset,
         uint32_t flags)
{
  return nbd_aio_trim (h, count, offset, NBD_NULL_COMPLETION, flags);
}

static int64_t
do_cache (struct nbd_handle *h, uint64_t count, uint64_t offset,
          uint32_t flags)
{
  return nbd_aio_cache (h, count, offset, NBD_NULL_COMPLETION, flags);
}

static int64_t
do_zero (struct nbd_handle *h, uint64_t count, uint64_t offset,
         uint32_t flags)
{
  return nbd_aio_zero (h, count, offset, NBD_NULL_COMPLETION, flags);
}

static int64_t
do_status (struct nbd_handle *h, uint64_t count, uint64_t offset,
           uint32_t flags)
{
  static struct calls middle;

  return nbd_aio_block_status (h, count, offset, extent (&middle),
                               NBD_NULL_COMPLETION, flags);
}

#define COMMANDS LIBNBD_STRICT_COMMANDS
#define FLAGS LIBNBD_STRICT_FLAGS
#define BOUNDS LIBNBD_STRICT_BOUNDS
#define ZERO_SIZE LIBNBD_STRICT_ZERO_SIZE
#define ALIGN LIBNBD_STRICT_ALIGN
#define PAYLOAD LIBNBD_STRICT_PAYLOAD
#define FUA LIBNBD_CMD_FLAG_FUA
#define DF LIBNBD_CMD_FLAG_DF
#define FAST LIBNBD_CMD_FLAG_FAST_ZERO
#define RO 3 /* HAS_FLAGS, READ_ONLY */
#define SIZE (1 << 20)

static const struct {
  const char *name;
  uint16_t export_flags;
  int64_t (*call) (struct nbd_handle *h, uint64_t count, uint64_t offset,
                   uint32_t flags);
  uint64_t count, offset;
  uint32_t flags;
  uint32_t strict; /* the bit that refuses it */
  int errnum;
} rows[] = {
  { "write, read-only", RO, do_write, 4, 0, 0, COMMANDS, EPERM },
  { "trim, read-only", RO | 0x20, do_trim, 4, 0, 0, COMMANDS, EPERM },
  { "zero, read-only", RO | 0x40, do_zero, 4, 0, 0, COMMANDS, EPERM },
  { "no flush", 1, do_flush, 0, 0, 0, COMMANDS, EINVAL },
  { "no trim", 1, do_trim, 4, 0, 0, COMMANDS, EINVAL },
  { "no zero", 1, do_zero, 4, 0, 0, COMMANDS, EINVAL },
  { "no cache", 1, do_cache, 4, 0, 0, COMMANDS, EINVAL },
  { "no FUA", 1, do_write, 4, 0, FUA, COMMANDS, EINVAL },
  { "no fast zero", 0x41, do_zero, 4, 0, FAST, COMMANDS, EINVAL },
  { "fast zero without zero", 0x801, do_zero, 4, 0, 0, COMMANDS, EINVAL },
  { "no DF", 1, do_read_df, 4, 0, DF, COMMANDS, EINVAL },
  { "no contexts", FLAGS_ALL, do_status, 4, 0, 0, COMMANDS, ENOTSUP },
  { "read with FUA", FLAGS_ALL, do_read, 4, 0, FUA, FLAGS, EINVAL },
  { "flush with FUA", FLAGS_ALL, do_flush, 0, 0, FUA, FLAGS, EINVAL },
  { "unknown flag", FLAGS_ALL, do_write, 4, 0, 0x4000, FLAGS, EINVAL },
  { "read of nothing", FLAGS_ALL, do_read, 0, 0, 0, ZERO_SIZE, EINVAL },
  { "write of nothing", FLAGS_ALL, do_write, 0, 0, 0, ZERO_SIZE, EINVAL },
  { "trim of nothing", FLAGS_ALL, do_trim, 0, 0, 0, ZERO_SIZE, EINVAL },
  { "read past the end", FLAGS_ALL, do_read, 4, SIZE - 3, 0, BOUNDS, EINVAL },
  { "read far past the end", FLAGS_ALL, do_read, 4, UINT64_MAX - 1, 0, BOUNDS,
    EINVAL },
  { "cache past the end", FLAGS_ALL, do_cache, SIZE, 1, 0, BOUNDS, EINVAL },
  { "write past the end", FLAGS_ALL, do_write, 4, SIZE - 3, 0, BOUNDS,
    ENOSPC },
  { "trim past the end", FLAGS_ALL, do_trim, SIZE + 1, 0, 0, BOUNDS, ENOSPC },
  { "zero past the end", FLAGS_ALL, do_zero, 1, SIZE, 0, BOUNDS, ENOSPC },
};

/* What cannot be sent at all is refused in any mode. */
static void
check_always (struct nbd_handle *h)
{
  char *big = calloc (1, (64 << 20) + 1);

  CHECK_FAILS (nbd_aio_pread (h, big, (64 << 20) + 1, 0, NBD_NULL_COMPLETION,
                              0),
               ERANGE, NULL);
  CHECK_FAILS (nbd_aio_pwrite (h, big, (64 << 20) + 1, 0, NBD_NULL_COMPLETION,
                               0),
               ERANGE, NULL);
  CHECK_FAILS (do_trim (h, 0x100000000, 0, 0), ERANGE, NULL);
  CHECK_FAILS (do_zero (h, 0x100000000, 0, 0), ERANGE, NULL);
  CHECK_FAILS (do_cache (h, 0x100000000, 0, 0), ERANGE, NULL);
  CHECK_FAILS (do_read (h, 4, 0, 0x10000), EINVAL, NULL);
  CHECK_FAILS (do_flush (h, 0, 0, 0x80000000), EINVAL, NULL);
  free (big);
}

static void
run (size_t i)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();

  server_connect (&s, h, STRUCTURED, SIZE, rows[i].export_flags);
  CHECK_INT (nbd_get_strict_mode (h), LIBNBD_STRICT_MASK);
  for (int all = 1; all >= 0; --all) {
    CHECK_OK (nbd_set_strict_mode (h, all ? LIBNBD_STRICT_MASK
                                          : rows[i].strict));
    CHECK_FAILS (rows[i].call (h, rows[i].count, rows[i].offset,
                               rows[i].flags),
                 rows[i].errnum, "nbd_aio_");
  }
  server_expect_nothing (&s);
  CHECK_OK (nbd_set_strict_mode (h, LIBNBD_STRICT_MASK & ~rows[i].strict));
  CHECK_INT (rows[i].call (h, rows[i].count, rows[i].offset, rows[i].flags),
             1);
  CHECK (server_take (&s) > 0);
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h;
  RUN_ROWS (rows, run);

  h = server_handle (&s, STRUCTURED);
  CHECK_FAILS (nbd_set_strict_mode (h, 0x80), EINVAL, NULL);
  check_always (h);
  CHECK_OK (nbd_set_strict_mode (h, 0));
  check_always (h);
  server_expect_nothing (&s);
  nbd_close (h);
  server_close (&s);
}
