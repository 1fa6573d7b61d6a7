/* SPDX-License-Identifier: MIT */

/* Requests that violate the server's block sizes are refused while
 * STRICT_ALIGN and STRICT_PAYLOAD are set. */

#include <errno.h>
#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  char *buf = calloc (1, 4 << 20);

  set_style (h, SIMPLE);
  server_open (&s, h);
  server_say (&s, "NBDMAGIC IHAVEOPT u16 3\n"
                  "reply GO INFO u16 INFO_BLOCK_SIZE u32 512 u32 4K u32 2M\n"
                  "reply GO INFO u16 INFO_EXPORT u64 16M u16 FLAG_ALL\n"
                  "reply GO ACK");
  pump (h);
  CHECK_STATE (h, "READY");
  bytes_drop (&s.in, server_take (&s));
  CHECK_FAILS (nbd_aio_pread (h, buf, 511, 0, NBD_NULL_COMPLETION, 0), EINVAL,
               NULL);
  CHECK_FAILS (nbd_aio_pread (h, buf, 512, 1, NBD_NULL_COMPLETION, 0), EINVAL,
               NULL);
  CHECK_FAILS (nbd_aio_trim (h, 1024, 256, NBD_NULL_COMPLETION, 0), EINVAL,
               NULL);
  CHECK_FAILS (nbd_aio_pwrite (h, buf, (2 << 20) + 512, 0,
                               NBD_NULL_COMPLETION, 0),
               ERANGE, NULL);
  CHECK_OK (nbd_aio_pread (h, buf, (2 << 20) + 512, 512, NBD_NULL_COMPLETION,
                           0));
  CHECK_OK (nbd_aio_zero (h, 16 << 20, 0, NBD_NULL_COMPLETION, 0));
  CHECK_INT (server_take (&s), 2 * 28);

  CHECK_OK (nbd_set_strict_mode (h, LIBNBD_STRICT_MASK & ~LIBNBD_STRICT_ALIGN
                                      & ~LIBNBD_STRICT_PAYLOAD));
  CHECK_OK (nbd_aio_pread (h, buf, 1, 1, NBD_NULL_COMPLETION, 0));
  CHECK_OK (nbd_aio_pwrite (h, buf, (2 << 20) + 512, 0, NBD_NULL_COMPLETION,
                            0));
  nbd_close (h);
  server_close (&s);
  free (buf);
}
