/* SPDX-License-Identifier: MIT */

/* If a program has switched off what the library sets and checks for it, the
 * program decides whether the server can filter, and sets the flag for the
 * payload. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct calls extents[3] = { 0 }, done[3] = { 0 };
  char *names[] = { (char *) "x:y", NULL };
  uint32_t strict = LIBNBD_STRICT_MASK & ~LIBNBD_STRICT_AUTO_FLAG;

  CHECK_OK (nbd_add_meta_context (h, "x:y"));
  server_connect (&s, h, EXTENDED, 1 << 20, FLAGS_ALL);
  CHECK_OK (nbd_set_strict_mode (h, strict));
  CHECK_FAILS (nbd_aio_block_status_filter (h, 512, 0, names,
                                            extent64 (&extents[0]),
                                            completion (&done[0]), 0),
               EINVAL, "PAYLOAD_LEN must be set");
  CHECK_OK (nbd_set_strict_mode (h, strict & ~LIBNBD_STRICT_COMMANDS));
  CHECK_OK (nbd_aio_block_status_filter (h, 512, 0, names,
                                         extent64 (&extents[1]),
                                         completion (&done[1]),
                                         LIBNBD_CMD_FLAG_PAYLOAD_LEN));
  nbd_close (h);
  server_close (&s);
  CHECK_CALLS (&done[0], 0);
  CHECK_CALLS (&done[1], 1);

  h = nbd_create ();
  server_connect (&s, h, STRUCTURED, 1 << 20, FLAGS_ALL);
  CHECK_FAILS (nbd_aio_block_status_64 (h, 512, 0, extent64 (&extents[2]),
                                        completion (&done[2]), 0),
               ENOTSUP, "no metadata context was negotiated");
  nbd_close (h);
  server_close (&s);
  for (int i = 0; i < 3; i++)
    CHECK_CALLS (&extents[i], 0);
}
