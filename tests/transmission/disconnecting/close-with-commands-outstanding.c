/* SPDX-License-Identifier: MIT */

/* nbd_close completes each command in flight once, with ENOTCONN, and calls
 * no callback of a command that is complete.  All closures are freed.
 * Buffers of commands without a completion callback are not touched, because
 * programs free them first. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, STRUCTURED);
  struct calls complete = { 0 }, retired = { 0 }, waiting = { 0 };
  struct calls half = { 0 }, middle = { 0 };
  char buf[8], half_buf[8], wait_buf[8];
  char *freed = malloc (8), *freed_structured = malloc (8);

  memset (half_buf, 0xee, 8);
  memset (wait_buf, 0xee, 8);
  CHECK_OK (nbd_aio_pread (h, buf, 8, 0, completion (&complete), 0));
  CHECK_OK (nbd_aio_pread (h, buf, 8, 0, completion (&retired), 0));
  CHECK_OK (nbd_aio_pread_structured (h, half_buf, 8, 0, chunk (&middle),
                                      completion (&half), 0));
  CHECK_OK (nbd_aio_pread (h, wait_buf, 8, 0, completion (&waiting), 0));
  CHECK_OK (nbd_aio_pread (h, freed, 8, 0, NBD_NULL_COMPLETION, 0));
  CHECK_OK (nbd_aio_pread_structured (h, freed_structured, 8, 0,
                                      (nbd_chunk_callback) {
                                        .free = NULL,
                                        .callback = chunk (&middle).callback,
                                        .user_data = &middle },
                                      NBD_NULL_COMPLETION, 0));
  server_say (&s, "chunk DONE OFFSET_DATA 1 u64 0 \"datadata\"\n"
                  "chunk DONE OFFSET_DATA 2 u64 0 \"datadata\"\n"
                  "chunk 0 OFFSET_DATA 3 u64 0 \"half\"");
  pump (h);
  CHECK_INT (nbd_aio_command_completed (h, 2), 1);
  CHECK_INT (middle.called, 1);
  CHECK_INT (retired.freed, 1);

  free (freed);
  free (freed_structured);
  nbd_close (h);
  CHECK_CALLS (&complete, 1);
  CHECK_INT (complete.error, 0);
  CHECK_CALLS (&retired, 1);
  CHECK_CALLS (&half, 1);
  CHECK_INT (half.error, ENOTCONN);
  CHECK_BYTES (half_buf, 8, "half\0\0\0\0", 8);
  CHECK_CALLS (&middle, 1);
  CHECK_CALLS (&waiting, 1);
  CHECK_INT (waiting.error, ENOTCONN);
  CHECK_BYTES (wait_buf, 8, "\0\0\0\0\0\0\0\0", 8);
  server_expect (&s, "request 0 READ 1 0 8\nrequest 0 READ 2 0 8\n"
                     "request 0 READ 3 0 8\nrequest 0 READ 4 0 8");
  server_close (&s);
}
