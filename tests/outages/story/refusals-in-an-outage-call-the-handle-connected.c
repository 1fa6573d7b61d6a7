/* SPDX-License-Identifier: MIT */
/* In an outage a handle is connected for the program, so an error about a call
 * that is not possible then does not say otherwise. */
#include <errno.h>

#include "lasting.h"

void
test (void)
{
  struct address a;
  struct server s;
  struct nbd_handle *h = lasting_handle (&s, &a, SIMPLE);

  server_close (&s);
  address_leave (&a);
  while (nbd_get_outage (h) == 0)
    CHECK_OK (nbd_poll (h, 10));
  CHECK_STATE (h, "PROCESSING");
  CHECK_FAILS (nbd_set_export_name (h, "other"), EINVAL,
               "not possible while the handle is connected");
  lasting_close (h, &s, &a);
}
