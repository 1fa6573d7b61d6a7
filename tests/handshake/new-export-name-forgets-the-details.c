/* SPDX-License-Identifier: MIT */

/* Choosing another export forgets the details from NBD_OPT_INFO.  Choosing the
 * same export again keeps them. */

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
  char *name;

  CHECK_OK (nbd_set_opt_mode (h, true));
  CHECK_OK (nbd_set_full_info (h, true));
  CHECK_OK (nbd_set_export_name (h, "a"));
  set_style (h, SIMPLE);
  server_open (&s, h);
  server_say (&s, "NBDMAGIC IHAVEOPT u16 3");
  pump (h);
  CHECK_OK (nbd_aio_opt_info (h, NBD_NULL_COMPLETION));
  server_say (&s, "reply INFO INFO u16 INFO_EXPORT u64 512 u16 HAS_FLAGS");
  server_say (&s, "reply INFO INFO u16 INFO_NAME \"A\"");
  server_say (&s, "reply INFO INFO u16 INFO_DESCRIPTION \"first\"");
  server_say (&s, "reply INFO INFO u16 INFO_BLOCK_SIZE "
                  "u32 1 u32 512 u32 4096");
  server_say (&s, "reply INFO ACK");
  pump (h);
  for (int i = 0; i < 2; i++) {
    CHECK_INT (nbd_get_size (h), 512);
    CHECK_INT (nbd_get_block_size (h, LIBNBD_SIZE_MAXIMUM), 4096);
    CHECK_INT (nbd_is_read_only (h), 0);
    name = nbd_get_canonical_export_name (h);
    CHECK_STRING (name, "A");
    free (name);
    CHECK_OK (nbd_set_export_name (h, "a"));
  }
  CHECK_OK (nbd_set_export_name (h, "b"));
  CHECK_FAILS (nbd_get_size (h), EINVAL, "nbd_get_size: ");
  CHECK_FAILS (nbd_is_read_only (h), EINVAL, NULL);
  CHECK_FAILS (nbd_get_block_size (h, LIBNBD_SIZE_MINIMUM), EINVAL, NULL);
  CHECK (nbd_get_canonical_export_name (h) == NULL);
  CHECK_ERROR (EINVAL, NULL);
  CHECK (nbd_get_export_description (h) == NULL);
  CHECK_ERROR (EINVAL, NULL);
  nbd_close (h);
  server_close (&s);
}
