/* SPDX-License-Identifier: MIT */

/* While STRICT_AUTO_FLAG is set, the library sets the PAYLOAD_LEN flag of a
 * write as the header style needs it.  Otherwise the flag is what the program
 * says, and a wrong one is refused. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

#define FLAG LIBNBD_CMD_FLAG_PAYLOAD_LEN

static int64_t
write_with (struct nbd_handle *h, uint32_t flags)
{
  return nbd_aio_pwrite (h, "data", 4, 0, NBD_NULL_COMPLETION, flags);
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, STRUCTURED);

  CHECK_OK (write_with (h, 0));
  CHECK_OK (write_with (h, FLAG));
  server_expect (&s, "request 0 WRITE 1 0 4 \"data\"\n"
                     "request 0 WRITE 2 0 4 \"data\"");
  CHECK_OK (nbd_set_strict_mode (h, LIBNBD_STRICT_MASK
                                      & ~LIBNBD_STRICT_AUTO_FLAG));
  CHECK_FAILS (write_with (h, FLAG), EINVAL, NULL);
  CHECK_OK (write_with (h, 0));
  server_expect (&s, "request 0 WRITE 3 0 4 \"data\"");
  nbd_close (h);
  server_close (&s);

  h = server_handle (&s, EXTENDED);
  CHECK_OK (write_with (h, 0));
  CHECK_OK (write_with (h, FLAG));
  server_expect (&s, "xrequest PAYLOAD_LEN WRITE 1 0 4 \"data\"\n"
                     "xrequest PAYLOAD_LEN WRITE 2 0 4 \"data\"");
  CHECK_OK (nbd_set_strict_mode (h, LIBNBD_STRICT_MASK
                                      & ~LIBNBD_STRICT_AUTO_FLAG));
  CHECK_FAILS (write_with (h, 0), EINVAL, NULL);
  CHECK_OK (write_with (h, FLAG));
  server_expect (&s, "xrequest PAYLOAD_LEN WRITE 3 0 4 \"data\"");
  nbd_close (h);
  server_close (&s);
}
