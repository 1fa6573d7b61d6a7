/* SPDX-License-Identifier: MIT */
/* A handle that stays connected sends commands as soon as they are issued,
 * also while other commands are held because of a write that timed out. */
#include <errno.h>

#include "lasting.h"

static int64_t
read_at (struct nbd_handle *h, struct server *s, int offset, int attempt)
{
  static char buf[4];
  int64_t cookie = CHECK_OK (nbd_aio_pread (h, buf, 4, offset,
                                            NBD_NULL_COMPLETION, 0));

  server_expect (s, "request 0 READ %llu %d 4", WIRE (attempt, cookie),
                 offset);
  return cookie;
}

void
test (void)
{
  struct address a;
  struct server s;
  struct nbd_handle *h = lasting_handle (&s, &a, SIMPLE);

  read_at (h, &s, 0, 0);
  server_close (&s);
  server_serves (&s, &a, h, SIMPLE, 1 << 20, FLAGS_ALL);
  server_need (&s, 28);
  server_say (&s, "simple 0 %llu \"abcd\"", WIRE (1, 1));
  bytes_drop (&s.in, 28);
  pump (h);
  CHECK_INT (nbd_aio_command_completed (h, 1), 1);
  CHECK_STATE (h, "READY");
  read_at (h, &s, 4, 1);

  /* The write that timed out holds only commands that overlap it. */
  int64_t old = CHECK_OK (nbd_aio_pwrite (h, "abcd", 4, 8,
                                          NBD_NULL_COMPLETION, 0));
  CHECK_INT (nbd_aio_cancel (h, old), 1);
  server_expect (&s, "request 0 WRITE %llu 8 4 \"abcd\"", WIRE (1, old));
  CHECK_OK (nbd_aio_pwrite (h, "efgh", 4, 10, NBD_NULL_COMPLETION, 0));
  server_expect_nothing (&s);
  read_at (h, &s, 8, 1);
  int64_t write = CHECK_OK (nbd_aio_pwrite (h, "ijkl", 4, 14,
                                            NBD_NULL_COMPLETION, 0));
  server_expect (&s, "request 0 WRITE %llu 14 4 \"ijkl\"", WIRE (1, write));
  lasting_close (h, &s, &a);
}
