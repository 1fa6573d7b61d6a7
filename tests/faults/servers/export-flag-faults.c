/* SPDX-License-Identifier: MIT */

/* Transmission flags without the flag that they need are ignored, and a size
 * that does not fit 63 bits is an error.
 *
 * CVE-2023-5215 is "a size beyond 63 bits". */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

static struct server s;

static struct nbd_handle *
with_flags (enum style style, uint64_t size, uint16_t flags)
{
  struct nbd_handle *h = nbd_create ();

  server_connect (&s, h, style, size, flags);
  return h;
}

static void
finish (struct nbd_handle *h)
{
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  struct nbd_handle *h;
  char buf[4];

  check_case ("DF without structured replies");
  h = with_flags (SIMPLE, 1 << 20, 0x81);
  CHECK_INT (nbd_can_df (h), 0);
  finish (h);
  h = with_flags (STRUCTURED, 1 << 20, 0x81);
  CHECK_INT (nbd_can_df (h), 1);
  finish (h);

  check_case ("payload without extended headers");
  h = with_flags (STRUCTURED, 1 << 20, 0x1001);
  CHECK_INT (nbd_can_block_status_payload (h), 0);
  finish (h);
  h = with_flags (EXTENDED, 1 << 20, 0x1001);
  CHECK_INT (nbd_can_block_status_payload (h), 1);
  finish (h);

  check_case ("fast zero without zero");
  h = with_flags (SIMPLE, 1 << 20, 0x801);
  CHECK_INT (nbd_can_fast_zero (h), 0);
  CHECK_INT (nbd_can_zero (h), 0);
  finish (h);
  h = with_flags (SIMPLE, 1 << 20, 0x841);
  CHECK_INT (nbd_can_fast_zero (h), 1);
  finish (h);

  check_case ("unknown flags");
  h = with_flags (SIMPLE, 1 << 20, 0xe001);
  CHECK_INT (nbd_is_read_only (h), 0);
  finish (h);

  check_case ("a size beyond 63 bits");
  h = with_flags (SIMPLE, UINT64_MAX, 1);
  CHECK_FAILS (nbd_get_size (h), EOVERFLOW, "nbd_get_size: ");
  CHECK_OK (nbd_aio_pread (h, buf, 4, UINT64_MAX - 4, NBD_NULL_COMPLETION,
                           0));
  CHECK_FAILS (nbd_aio_pread (h, buf, 4, UINT64_MAX - 3, NBD_NULL_COMPLETION,
                              0),
               EINVAL, NULL);
  finish (h);
  h = with_flags (SIMPLE, INT64_MAX, 1);
  CHECK_INT (nbd_get_size (h), INT64_MAX);
  finish (h);

  check_case ("no size");
  h = with_flags (SIMPLE, 0, 1);
  CHECK_INT (nbd_get_size (h), 0);
  CHECK_FAILS (nbd_aio_pread (h, buf, 1, 0, NBD_NULL_COMPLETION, 0), EINVAL,
               NULL);
  finish (h);
}
