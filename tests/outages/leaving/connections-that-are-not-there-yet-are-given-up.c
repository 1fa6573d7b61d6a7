/* SPDX-License-Identifier: MIT */
/* A program that disconnects does not wait for a further connection that is
 * still being established. */
#include "lasting.h"

void
test (void)
{
  struct address a;
  struct server first, second;
  struct nbd_handle *h = patient_handle ();
  int64_t reads[2];
  char buf[4];

  CHECK_OK (nbd_set_connections (h, 2));
  lasting_connect (h, &first, &a, SIMPLE, FLAGS_ALL);
  for (int i = 0; i < 2; i++)
    reads[i] = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION,
                                        0));
  server_accept (&second, &a, h);
  for (int i = 0; i < 2; i++) {
    server_request (&first, NULL);
    server_say (&first, "simple 0 %lld \"abcd\"", (long long) reads[i]);
  }
  CHECK_OK (nbd_aio_disconnect (h, 0));
  pump (h);
  CHECK (server_sees_end (&second));
  CHECK_STATE (h, "PROCESSING");
  server_half_close (&first);
  pump (h);
  CHECK_STATE (h, "CLOSED");
  server_close (&second);
  lasting_close (h, &first, &a);
}
