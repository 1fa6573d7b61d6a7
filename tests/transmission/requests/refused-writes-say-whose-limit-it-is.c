/* SPDX-License-Identifier: MIT */

/* A write that is too large is refused with a message that says whose limit
 * this is: the server's, if it has told one, or the library's. */

#include <errno.h>
#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "server.h"

#define MIB (1 << 20)

/* Check that COUNT bytes are too many with this maximum block size, or with
 * none if NULL. */
static void
refuse (const char *maximum, size_t count, const char *why)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  char *buf = calloc (1, count);

  CHECK (buf != NULL);
  set_style (h, SIMPLE);
  server_open (&s, h);
  server_say (&s, "NBDMAGIC IHAVEOPT u16 3");
  if (maximum != NULL)
    server_say (&s, "reply GO INFO u16 INFO_BLOCK_SIZE u32 1 u32 512 u32 %s",
                maximum);
  server_say (&s, "reply GO INFO u16 INFO_EXPORT u64 128M u16 FLAG_ALL");
  server_say (&s, "reply GO ACK");
  pump (h);
  CHECK_STATE (h, "READY");
  CHECK_INT (nbd_pwrite (h, buf, count, 0, 0), -1);
  CHECK_ERROR (ERANGE, why);
  nbd_close (h);
  server_close (&s);
  free (buf);
}

void
test (void)
{
  refuse (NULL, 32 * MIB + 1,
          "count 33554433 exceeds 33554432, which is the "
          "most to be sent to a server that tells no maximum block size: ");
  refuse ("2M", 2 * MIB + 1,
          "count 2097153 exceeds the server's maximum block size 2097152: ");
  refuse ("4K", MIB + 1,
          "count 1048577 exceeds 1048576, which every server is "
          "expected to take; this one's maximum block size is 4096: ");
  refuse ("128M", 64 * MIB + 1,
          "count 67108865 exceeds 67108864, the most "
          "that this library transfers in one request: ");
  refuse (NULL, 64 * MIB + 1,
          "count 67108865 exceeds 67108864, the most "
          "that this library transfers in one request: ");
}
