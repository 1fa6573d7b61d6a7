/* SPDX-License-Identifier: MIT */

/* While the server does not read, the direction includes WRITE and nothing
 * blocks.  Replies are served meanwhile, and in the end all data has
 * arrived. */

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "client.h"
#include "tls-server.h"

#define N 8
#define SIZE (1 << 20)

void
test (void)
{
  struct server s;
  struct nbd_handle *h;
  struct calls write[N] = { 0 }, read = { .gives = 1 };
  char *buf = malloc (SIZE), got[4];

  requires_tls ();
  h = tls_connected (&s, SIMPLE, NULL);
  pattern_fill (buf, 0, SIZE);
  CHECK_OK (nbd_aio_pread (h, got, 4, 0, completion (&read), 0));
  for (int i = 0; i < N; i++)
    CHECK_OK (nbd_aio_pwrite (h, buf, SIZE, 0, completion (&write[i]), 0));
  pump (h);
  CHECK (nbd_aio_get_direction (h) & LIBNBD_AIO_DIRECTION_WRITE);
  CHECK (!is_awake (h));

  server_say (&s, "simple 0 1 \"abcd\"");
  CHECK (is_awake (h));
  pump (h);
  CHECK_CALLS (&read, 1);
  CHECK_BYTES (got, 4, "abcd", 4);

  s.drives = h;
  for (int i = -1; i < N; i++) {
    size_t len = i == -1 ? 28 : 28 + SIZE;

    server_need (&s, len);
    if (i >= 0)
      CHECK_BYTES (s.in.p + 28, SIZE, buf, SIZE);
    bytes_drop (&s.in, len);
  }
  for (int i = 0; i < N; i++)
    server_say (&s, "simple 0 %d", i + 2);
  pump (h);
  for (int i = 0; i < N; i++)
    CHECK_INT (write[i].called, 1);
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
  nbd_close (h);
  server_close (&s);
  free (buf);
}
