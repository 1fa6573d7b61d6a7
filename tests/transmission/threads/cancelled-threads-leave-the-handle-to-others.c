/* SPDX-License-Identifier: MIT */

/* A thread that is cancelled while it waits in a blocking call ends at once.
 * The library no longer touches its buffers and closures, the server gets the
 * complete request and may answer it, and other threads can use the
 * handle. */

#include <string.h>

#include "check.h"
#include "client.h"
#include "notation.h"
#include "server.h"
#include "thread.h"

#define LARGE (8 << 20)
#define OLD 0xee

/* What the cancelled thread used, and might have had on its stack. */
static char buf[LARGE];
static struct calls middle;

static int
do_read (struct blocking *b)
{
  return nbd_pread (b->h, buf, 4096, 0, 0);
}

static int
do_read_structured (struct blocking *b)
{
  return nbd_pread_structured (b->h, buf, 4096, 0, chunk (&middle), 0);
}

static int
do_read_large (struct blocking *b)
{
  return nbd_pread (b->h, buf, 1 << 20, 0, 0);
}

static int
do_write (struct blocking *b)
{
  return nbd_pwrite (b->h, buf, LARGE, 0, 0);
}

static int
do_status (struct blocking *b)
{
  return nbd_block_status (b->h, 4096, 0, extent (&middle), 0);
}

static int
do_status_64 (struct blocking *b)
{
  return nbd_block_status_64 (b->h, 4096, 0, extent64 (&middle), 0);
}

static const struct {
  const char *name;
  int (*call) (struct blocking *b);
  const char *before; /* sent by the server before the cancellation */
  const char *after;  /* sent by the server after it */
  size_t payload;     /* of the request, filled with the pattern */
  bool closure;
} rows[] = {
  { "a read", do_read, NULL, "chunk DONE OFFSET_DATA 1 u64 0 fill 7 4096", 0,
    false },
  { "a read, half of the header", do_read, "u32 0x668e33ef u16 1",
    "u16 1 u64 1 u32 4104 u64 0 fill 7 4096", 0, false },
  { "a read, half of the data", do_read,
    "chunk_head DONE OFFSET_DATA 1 4104 u64 0 fill 7 2048", "fill 7 2048", 0,
    false },
  { "a read, a chunk and a half", do_read,
    "chunk 0 OFFSET_DATA 1 u64 0 fill 7 1024\n"
    "chunk_head DONE OFFSET_DATA 1 3080 u64 1024 fill 7 2048",
    "fill 7 1024", 0, false },
  { "a read of zeroes", do_read, NULL,
    "chunk 0 OFFSET_HOLE 1 u64 0 u32 4K\n"
    "chunk DONE NONE 1",
    0, false },
  { "a read that fails", do_read, NULL,
    "chunk DONE ERROR 1 u32 EIO "
    "text \"no\"",
    0, false },
  { "a large read, half of the data", do_read_large,
    "chunk_head DONE OFFSET_DATA 1 1048584 u64 0 fill 7 524288",
    "fill 7 524288", 0, false },
  { "a structured read", do_read_structured,
    "chunk_head DONE OFFSET_DATA 1 4104 u64 0 fill 7 2048", "fill 7 2048", 0,
    true },
  { "a structured read with an error", do_read_structured, NULL,
    "chunk 0 ERROR_OFFSET 1 u32 EIO text \"no\" u64 512\n"
    "chunk DONE OFFSET_HOLE 1 u64 0 u32 512",
    0, true },
  { "a flush", blocking_flush, NULL, "chunk DONE NONE 1", 0, false },
  { "a write of which half was sent", do_write, NULL, "chunk DONE NONE 1",
    LARGE, false },
  { "block status", do_status, NULL,
    "chunk DONE BLOCK_STATUS 1 u32 1 u32 4K u32 0", 0, true },
  { "block status, half of the extents", do_status_64,
    "chunk_head DONE BLOCK_STATUS 1 20 u32 1 u32 4K", "u32 0 u32 4K u32 1", 0,
    true },
};

static void
check_untouched (size_t i)
{
  if (rows[i].payload == 0)
    for (size_t k = 0; k < sizeof buf; k++)
      if ((unsigned char) buf[k] != OLD)
        FAIL ("byte %zu of the buffer was changed", k);
}

static void
run (size_t i)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct blocking b = { .h = h, .call = rows[i].call };
  struct calls flushed = { 0 };

  middle = (struct calls) { 0 };
  CHECK_OK (nbd_add_meta_context (h, "base:allocation"));
  server_connect (&s, h, STRUCTURED, 1 << 30, FLAGS_ALL);
  pattern_fill (buf, 0, LARGE);
  s.waits = true;
  blocking_start (&b);
  server_need (&s, 28);
  if (rows[i].before)
    server_say (&s, "%s", rows[i].before);
  blocking_cancel (&b);
  memset (buf, OLD, sizeof buf);
  CHECK_INT (middle.freed, rows[i].closure);
  CHECK_INT (nbd_aio_in_flight (h), 1);
  s.drives = h;
  s.waits = false;
  if (rows[i].payload > 0) {
    server_expect (&s, "request 0 WRITE 1 0 %zu pattern 0 %zu",
                   rows[i].payload, rows[i].payload);
  }
  else
    server_request (&s, NULL);
  server_say (&s, "%s", rows[i].after);
  pump (h);
  CHECK_INT (nbd_aio_in_flight (h), 0);
  check_untouched (i);
  CHECK_STATE (h, "READY");
  CHECK_INT (nbd_aio_command_completed (h, 1), 0);
  CHECK_OK (nbd_aio_flush (h, completion (&flushed), 0));
  server_expect (&s, "request 0 FLUSH 2 0 0");
  server_say (&s, "chunk DONE NONE 2");
  pump (h);
  CHECK_INT (flushed.called, 1);
  CHECK_INT (flushed.error, 0);
  nbd_close (h);
  CHECK_INT (middle.freed, rows[i].closure);
  CHECK_INT (middle.called, 0);
  server_close (&s);
}

/* The same, but the handle is closed at once. */
static void
run_and_close (size_t i)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct blocking b = { .h = h, .call = rows[i].call };

  middle = (struct calls) { 0 };
  CHECK_OK (nbd_add_meta_context (h, "base:allocation"));
  server_connect (&s, h, STRUCTURED, 1 << 30, FLAGS_ALL);
  s.waits = true;
  blocking_start (&b);
  server_need (&s, 28);
  if (rows[i].before)
    server_say (&s, "%s", rows[i].before);
  blocking_cancel (&b);
  memset (buf, OLD, sizeof buf);
  nbd_close (h);
  check_untouched (i);
  CHECK_INT (middle.freed, rows[i].closure);
  server_close (&s);
}

void
test (void)
{
  static size_t i; /* survives the jump of a failed row */

  for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (ROW (rows[i].name)) {
      run (i);
      run_and_close (i);
    }
  check_rows_end ();
}
