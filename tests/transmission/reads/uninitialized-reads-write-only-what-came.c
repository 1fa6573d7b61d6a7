/* SPDX-License-Identifier: MIT */

/* If nbd_set_pread_initialize is off when the read is issued, only data and
 * holes that the server sends are written to the buffer. */

#include <errno.h>
#include <string.h>

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, STRUCTURED);
  struct calls calls[2] = { 0 };
  char buf[12] = "............", other[4] = "....";

  CHECK_OK (nbd_set_pread_initialize (h, false));
  CHECK_OK (nbd_aio_pread (h, buf, 12, 0, completion (&calls[0]), 0));
  CHECK_OK (nbd_aio_pread (h, other, 4, 0, completion (&calls[1]), 0));
  CHECK_OK (nbd_set_pread_initialize (h, true));
  server_say (&s, "chunk 0 OFFSET_DATA 1 u64 2 \"ab\"\n"
                  "chunk DONE OFFSET_HOLE 1 u64 8 u32 2\n"
                  "chunk DONE ERROR 2 u32 EIO text \"\"");
  pump (h);
  CHECK_BYTES (buf, 12, "..ab....\0\0..", 12);
  CHECK_BYTES (other, 4, "....", 4);
  CHECK_FAILS (nbd_aio_command_completed (h, 1), EPROTO, NULL);
  CHECK_FAILS (nbd_aio_command_completed (h, 2), EIO, NULL);
  nbd_close (h);
  server_close (&s);
}
