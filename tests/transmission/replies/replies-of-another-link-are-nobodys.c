/* SPDX-License-Identifier: MIT */

/* The upper bits of a cookie on the wire say on which of the handle's links
 * the command was sent.  A reply that names another link is skipped.  The
 * test looks at members that the library does not export.
 *
 * In the kernel's client a late reply could complete a request that was to be
 * sent again: CVE-2024-49855. */

#include "drive/drive.h"

#include "check.h"
#include "client.h"
#include "server.h"

#define EPOCH 3
#define OTHER_EPOCH 2
#define COOKIE(epoch) ((unsigned long long) (epoch) << 48 | 1)

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, STRUCTURED);
  struct calls read = { 0 };
  char buf[4] = "old";

  h->link.epoch = EPOCH;
  CHECK_INT (nbd_aio_pread (h, buf, 4, 0, completion (&read), 0), 1);
  server_expect (&s, "request 0 READ %llu 0 4", COOKIE (EPOCH));
  server_say (&s, "chunk DONE OFFSET_DATA %llu u64 0 \"evil\"",
              COOKIE (OTHER_EPOCH));
  server_say (&s, "chunk DONE OFFSET_DATA 1 u64 0 \"evil\"");
  pump (h);
  CHECK_INT (read.called, 0);
  server_say (&s, "chunk DONE OFFSET_DATA %llu u64 0 \"good\"",
              COOKIE (EPOCH));
  pump (h);
  CHECK_INT (read.called, 1);
  CHECK_INT (read.error, 0);
  CHECK_BYTES (buf, 4, "good", 4);
  nbd_close (h);
  server_close (&s);
}
