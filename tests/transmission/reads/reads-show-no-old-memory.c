/* SPDX-License-Identifier: MIT */

/* Whether a server fills, partly fills or fails a read, no byte that was in
 * the buffer before is left in it when the command is complete. */

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "client.h"
#include "notation.h"
#include "server.h"

#define SIZE 32
#define OLD 0xee

/* The request is for 32 bytes at offset 0. */
static const struct {
  const char *name;
  const char *sent; /* for the command with cookie 1 */
  const char *want;
} rows[] = {
  { "nothing but success", "chunk DONE NONE 1", "zero 32" },
  { "an error", "chunk DONE ERROR 1 u32 EIO text \"\"", "zero 32" },
  { "a simple reply, which is wrong here",
    "simple 0 1 \"0123456789abcdef0123456789abcdef\"", "zero 32" },
  { "the beginning", "chunk DONE OFFSET_DATA 1 u64 0 \"ab\"",
    "\"ab\" zero 30" },
  { "the end", "chunk DONE OFFSET_DATA 1 u64 30 \"yz\"", "zero 30 \"yz\"" },
  { "the middle, then the beginning",
    "chunk 0 OFFSET_DATA 1 u64 16 \"mn\"\n"
    "chunk DONE OFFSET_DATA 1 u64 0 \"ab\"",
    "\"ab\" zero 14 \"mn\" zero 14" },
  { "the same bytes often, so that the sum is right",
    "chunk 0 OFFSET_DATA 1 u64 8 \"01234567\"\n"
    "chunk 0 OFFSET_DATA 1 u64 8 \"01234567\"\n"
    "chunk 0 OFFSET_DATA 1 u64 8 \"01234567\"\n"
    "chunk DONE OFFSET_DATA 1 u64 8 \"01234567\"",
    "zero 8 \"01234567\" zero 16" },
  { "overlapping chunks",
    "chunk 0 OFFSET_DATA 1 u64 4 \"aaaaaaaa\"\n"
    "chunk DONE OFFSET_DATA 1 u64 8 \"bbbbbbbb\"",
    "zero 4 \"aaaabbbbbbbb\" zero 16" },
  { "a hole over data",
    "chunk 0 OFFSET_DATA 1 u64 4 \"aaaaaaaa\"\n"
    "chunk DONE OFFSET_HOLE 1 u64 6 u32 4",
    "zero 4 \"aa\" zero 4 \"aa\" zero 20" },
  { "a hole at the end, the rest missing",
    "chunk DONE OFFSET_HOLE 1 u64 28 u32 4", "zero 32" },
  { "an error between chunks",
    "chunk 0 OFFSET_DATA 1 u64 4 \"aa\"\n"
    "chunk 0 ERROR_OFFSET 1 u32 EIO text \"\" u64 8\n"
    "chunk DONE OFFSET_DATA 1 u64 20 \"bb\"",
    "zero 4 \"aa\" zero 14 \"bb\" zero 10" },
  { "a chunk of the wrong type",
    "chunk DONE BLOCK_STATUS 1 u32 1 u32 512 u32 0", "zero 32" },
  { "the connection's end in a chunk",
    "chunk_head DONE OFFSET_DATA 1 40 u64 0 \"half\"", "\"half\" zero 28" },
  { "the connection's end in a later chunk",
    "chunk_head DONE OFFSET_DATA 1 24 u64 16 \"half\"",
    "zero 16 \"half\" zero 12" },
};

/* Bytes of an incomplete chunk may be in the buffer or be cleared. */
static void
compare (const char *buf, const char *want, bool ended)
{
  static const char zero[SIZE];

  if (!ended || memcmp (buf, zero, SIZE) != 0)
    CHECK_BYTES (buf, SIZE, want, SIZE);
}

static void
run (size_t i, bool by_bytes)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, STRUCTURED);
  struct calls calls = { 0 };
  struct bytes sent = { 0 }, want = { 0 };
  bool ended;
  char buf[SIZE];

  memset (buf, OLD, SIZE);
  CHECK_OK (nbd_aio_pread (h, buf, SIZE, 0, completion (&calls), 0));
  notation_format (&sent, "%s", rows[i].sent);
  notation_format (&want, "%s", rows[i].want);
  for (size_t k = 0; by_bytes && k + 1 < sent.len; k++) {
    server_send (&s, sent.p + k, 1);
    pump (h);
  }
  if (by_bytes)
    server_send (&s, sent.p + sent.len - 1, 1);
  else
    server_send (&s, sent.p, sent.len);
  pump (h);
  ended = calls.called == 0;
  if (ended) {
    server_close (&s);
    pump (h);
  }
  CHECK_INT (calls.called, 1);
  compare (buf, (char *) want.p, ended);
  nbd_close (h);
  server_close (&s);
  bytes_free (&sent);
  bytes_free (&want);
}

void
test (void)
{
  static size_t i; /* survives the jump of a failed row */

  for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (ROW (rows[i].name)) {
      run (i, false);
      run (i, true);
    }
  check_rows_end ();
}
