/* SPDX-License-Identifier: MIT */

/* If the block sizes that a server advertises are inconsistent, all of them
 * are ignored. */

#include "check.h"
#include "client.h"
#include "server.h"

static const struct {
  const char *name;
  uint32_t minimum, preferred, maximum;
  bool believed;
} rows[] = {
  { "all well", 1, 512, 512, true },
  { "no limit", 512, 4096, 0xffffffff, true },
  { "largest minimum", 65536, 65536, 65536, true },
  { "maximum no power of two", 512, 4096, 4096 + 512, true },
  { "minimum zero", 0, 4096, 65536, false },
  { "minimum no power of two", 3, 4096, 65536, false },
  { "minimum too large", 131072, 131072, 131072, false },
  { "preferred below minimum", 4096, 512, 65536, false },
  { "preferred below 512", 1, 256, 65536, false },
  { "preferred no power of two", 1, 0x1001, 65536, false },
  { "preferred zero", 1, 0, 65536, false },
  { "maximum zero", 1, 4096, 0, false },
  { "maximum below preferred", 1, 4096, 2048, false },
  { "maximum no multiple of the minimum", 512, 4096, 5000, false },
};

static void
run (size_t i)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  bool kept = rows[i].believed;

  set_style (h, SIMPLE);
  server_open (&s, h);
  server_say (&s,
              "NBDMAGIC IHAVEOPT u16 3\n"
              "reply GO INFO u16 INFO_BLOCK_SIZE u32 %u u32 %u u32 %u\n"
              "reply GO INFO u16 INFO_EXPORT u64 1M u16 HAS_FLAGS\n"
              "reply GO ACK",
              rows[i].minimum, rows[i].preferred, rows[i].maximum);
  pump (h);
  CHECK_STATE (h, "READY");
  CHECK_INT (nbd_get_block_size (h, LIBNBD_SIZE_MINIMUM),
             kept ? rows[i].minimum : 0);
  CHECK_INT (nbd_get_block_size (h, LIBNBD_SIZE_PREFERRED),
             kept ? rows[i].preferred : 0);
  CHECK_INT (nbd_get_block_size (h, LIBNBD_SIZE_MAXIMUM),
             kept ? rows[i].maximum : 0);
  int64_t payload = nbd_get_block_size (h, LIBNBD_SIZE_PAYLOAD);
  CHECK (payload >= 1 << 20 && payload <= 64 << 20);
  if (!kept)
    CHECK_INT (payload, 32 << 20);
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  RUN_ROWS (rows, run);
}
