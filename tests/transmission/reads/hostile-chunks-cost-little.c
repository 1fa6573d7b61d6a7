/* SPDX-License-Identifier: MIT */
/* Chunks that are larger than what was asked for, or that are repeated, fail
 * their command before they cost much.  The bytes that are cleared and the
 * callbacks depend on the request, not on what the server sends.
 *
 * The linker redirects the library's memset to this file (-Wl,--wrap). */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "client.h"
#include "notation.h"
#include "server.h"
#include "wrap.h"

/* How often each chunk is sent. */
#define CHUNKS 2000

#define CONTEXTS 70

/* Whether compilers call memset for an unknown length. */
#ifdef __s390x__
#define IS_CALLED false
#else
#define IS_CALLED true
#endif

/* Bytes that were cleared in the buffer of the read. */
static uint8_t *buf;
static uint64_t size, cleared;

WRAPPER (void *, memset, (void *p, int byte, size_t n))
{
  if ((uint8_t *) p >= buf && (uint8_t *) p < buf + size)
    cleared += n;
  return __real_memset (p, byte, n);
}

static const struct {
  const char *name, *chunk;
  enum style style;
  uint64_t count; /* of the read; 0: a block status request */
  int called;     /* at most this many calls of the callback */
  int error;
} rows[] = {
  { "holes", "chunk 0 OFFSET_HOLE 1 u64 0 u32 1M", STRUCTURED, 1 << 20, 1,
    EPROTO },
  { "extended holes", "xchunk 0 OFFSET_HOLE 1 0 u64 0 u32 1M", EXTENDED,
    1 << 20, 1, EPROTO },
  { "holes that do not add up", "chunk 0 OFFSET_HOLE 1 u64 1 u32 1000000",
    STRUCTURED, 1 << 20, 1, EPROTO },
  { "one byte of data", "chunk 0 OFFSET_DATA 1 u64 17 \"x\"", STRUCTURED, 32,
    32, EPROTO },
  { "extended data", "xchunk 0 OFFSET_DATA 1 0 u64 0 fill 7 512", EXTENDED,
    1024, 2, EPROTO },
  { "errors at a place", "chunk 0 ERROR_OFFSET 1 u32 EIO text \"no\" u64 9",
    STRUCTURED, 512, 512, EIO },
  { "errors", "chunk 0 ERROR 1 u32 EIO text \"no\"", STRUCTURED, 512, 0,
    EIO },
  { "the status of a context", "chunk 0 BLOCK_STATUS 1 u32 1 u32 4K u32 0",
    STRUCTURED, 0, 1, EPROTO },
  { "the status of one of many contexts",
    "chunk 0 BLOCK_STATUS 1 u32 70 u32 4K u32 0", STRUCTURED, 0,
    CONTEXTS + 16, EPROTO },
  { "the status of unknown contexts",
    "chunk 0 BLOCK_STATUS 1 u32 99 u32 4K u32 0", STRUCTURED, 0, 0, EPROTO },
};

static struct nbd_handle *
connect_handle (struct server *s, size_t i)
{
  struct nbd_handle *h = nbd_create ();
  char name[] = "context:00";

  for (int k = 0; k < CONTEXTS; k++) {
    name[8] = (char) ('0' + k / 10);
    name[9] = (char) ('0' + k % 10);
    CHECK_OK (nbd_add_meta_context (h, name));
  }
  server_connect (s, h, rows[i].style, 1 << 20, FLAGS_ALL);
  return h;
}

static void
run (size_t i)
{
  struct server s;
  struct nbd_handle *h = connect_handle (&s, i);
  struct calls middle = { 0 }, done = { .gives = 1 };
  struct bytes chunks = { 0 };

  size = rows[i].count;
  buf = malloc (size + 1);
  CHECK (buf != NULL);
  cleared = 0;
  if (size > 0)
    CHECK_OK (nbd_aio_pread_structured (h, buf, size, 0, chunk (&middle),
                                        completion (&done), 0));
  else
    CHECK_OK (nbd_aio_block_status (h, 1 << 20, 0, extent (&middle),
                                    completion (&done), 0));
  for (int k = 0; k < CHUNKS; k++)
    notation_format (&chunks, "%s", rows[i].chunk);
  s.drives = h;
  server_send (&s, chunks.p, chunks.len);
  pump (h);
  server_say (&s, rows[i].style == EXTENDED ? "xchunk DONE NONE 1 0"
                                            : "chunk DONE NONE 1");
  pump (h);
  CHECK_CALLS (&done, 1);
  CHECK_INT (done.error, rows[i].error);
  CHECK (middle.called <= rows[i].called);
  CHECK (cleared <= 2 * size && (size == 0 || cleared > 0 || !IS_CALLED));
  CHECK_STATE (h, "READY");
  nbd_close (h);
  server_close (&s);
  bytes_free (&chunks);
  free (buf);
}

void
test (void)
{
  RUN_ROWS (rows, run);
}
