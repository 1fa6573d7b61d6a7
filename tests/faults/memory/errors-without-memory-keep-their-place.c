/* SPDX-License-Identifier: MIT */

/* A command that fails in the server ends with the server's error, even if
 * there is no memory for the server's text.  If there is a message, it has the
 * offset at which the server failed. */

#include <errno.h>
#include <string.h>

#include "check.h"
#include "client.h"
#include "memory.h"
#include "server.h"

static void
read_bad_place (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, STRUCTURED);
  struct calls done = { 0 };
  static char buf[512];

  int64_t cookie = nbd_aio_pread (h, buf, sizeof buf, 0, completion (&done),
                                  0);
  CHECK_OK (cookie);
  server_say (&s,
              "chunk DONE ERROR_OFFSET 1 u32 EIO text \"worn out\" u64 7");
  CHECK_OK (LIB (nbd_aio_notify_read (h)));
  CHECK_STATE (h, "READY");
  CHECK_INT (done.error, EIO);
  CHECK_INT (nbd_aio_command_completed (h, cookie), -1);
  CHECK_ERROR (EIO, "nbd_aio_command_completed: ");
  if (strstr (nbd_get_error (), "the server reported") != NULL)
    CHECK_ERROR (EIO, ", at offset 7");
  nbd_close (h);
  CHECK_CALLS (&done, 1);
  server_close (&s);
}

void
test (void)
{
  memory_sweep ("reading", read_bad_place);
}
