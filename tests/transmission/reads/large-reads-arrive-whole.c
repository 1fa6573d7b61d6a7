/* SPDX-License-Identifier: MIT */

/* Payloads larger than any buffer arrive complete, mixed with small replies
 * and split anywhere by the socket. */

#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "notation.h"
#include "server.h"

#define SIZE (3 << 20)

static void
run (enum style style)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct calls calls[5] = { 0 };
  char *big[2] = { malloc (SIZE), malloc (SIZE) }, *want = malloc (SIZE);
  char small[4];

  pattern_fill (want, 0, SIZE);
  server_connect (&s, h, style, SIZE, FLAGS_ALL);
  CHECK_OK (nbd_aio_pread (h, small, 4, 8, completion (&calls[0]), 0));
  CHECK_OK (nbd_aio_pread (h, big[0], SIZE, 0, completion (&calls[1]), 0));
  CHECK_OK (nbd_aio_flush (h, completion (&calls[2]), 0));
  CHECK_OK (nbd_aio_pread (h, big[1], SIZE, 0, completion (&calls[3]), 0));
  CHECK_OK (nbd_aio_flush (h, completion (&calls[4]), 0));
  pump (h);
  s.drives = h;
  if (style == SIMPLE)
    server_say (&s, "simple 0 1 pattern 8 4\nsimple 0 2 pattern 0 3M\n"
                    "simple 0 3\nsimple 0 4 pattern 0 3M\nsimple 0 5");
  else
    server_say (&s, "chunk DONE OFFSET_DATA 1 u64 8 pattern 8 4\n"
                    "chunk 0 OFFSET_DATA 2 u64 1M pattern 1M 2M\n"
                    "chunk DONE NONE 3\n"
                    "chunk 0 OFFSET_DATA 4 u64 0 pattern 0 1M\n"
                    "chunk DONE OFFSET_DATA 2 u64 0 pattern 0 1M\n"
                    "simple 0 5\n"
                    "chunk DONE OFFSET_DATA 4 u64 1M pattern 1M 2M");
  pump (h);
  for (int i = 0; i < 5; i++) {
    CHECK_INT (calls[i].called, 1);
    CHECK_INT (calls[i].error, 0);
  }
  CHECK_BYTES (small, 4, want + 8, 4);
  CHECK_BYTES (big[0], SIZE, want, SIZE);
  CHECK_BYTES (big[1], SIZE, want, SIZE);
  nbd_close (h);
  server_close (&s);
  free (big[0]);
  free (big[1]);
  free (want);
}

void
test (void)
{
  check_case ("simple");
  run (SIMPLE);
  check_case ("structured");
  run (STRUCTURED);
}
