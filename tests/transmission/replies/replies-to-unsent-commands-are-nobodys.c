/* SPDX-License-Identifier: MIT */

/* A reply to a command of which no byte was sent yet does not answer the
 * command, even if the server guessed its cookie: no data is taken and
 * nothing completes. */

#include <errno.h>
#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "server.h"

#define N 4
#define SIZE (1 << 20)
#define GUESSED (N + 1)

/* Fill the socket with writes, so that a read waits behind them. */
static struct nbd_handle *
stuck (struct server *s, enum style style, const char *data, char *buf,
       struct calls *read)
{
  struct nbd_handle *h = server_handle (s, style);

  for (int i = 0; i < N; i++)
    CHECK_OK (nbd_aio_pwrite (h, data, SIZE, 0, NBD_NULL_COMPLETION, 0));
  CHECK_INT (nbd_aio_pread (h, buf, 4, 0, completion (read), 0), GUESSED);
  pump (h);
  CHECK (nbd_aio_get_direction (h) & LIBNBD_AIO_DIRECTION_WRITE);
  return h;
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h;
  struct calls simple = { 0 }, structured = { 0 };
  char *data = calloc (1, SIZE), buf[4] = "old";

  check_case ("simple reply");
  h = stuck (&s, SIMPLE, data, buf, &simple);
  server_say (&s, "simple 0 %d \"evil\"", GUESSED);
  CHECK_FAILS (nbd_aio_notify_read (h), EPROTO, "cookie");
  CHECK_STATE (h, "DEAD");
  CHECK_INT (simple.called, 1);
  CHECK_INT (simple.error, ENOTCONN);
  CHECK_BYTES (buf, 4, "\0\0\0\0", 4);
  nbd_close (h);
  server_close (&s);

  check_case ("structured reply");
  h = stuck (&s, STRUCTURED, data, buf, &structured);
  server_say (&s, "chunk DONE OFFSET_DATA %d u64 0 \"evil\"", GUESSED);
  pump (h);
  CHECK_INT (structured.called, 0);
  CHECK_INT (nbd_aio_in_flight (h), N + 1);
  CHECK_BYTES (buf, 4, "\0\0\0\0", 4);
  nbd_close (h);
  server_close (&s);
  free (data);
}
