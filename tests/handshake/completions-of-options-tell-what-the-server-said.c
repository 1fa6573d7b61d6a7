/* SPDX-License-Identifier: MIT */

/* In the completion callback of an option, nbd_get_error tells a program that
 * does not block why the server refused the option, or that the server has
 * closed the connection. */

#include <errno.h>
#include <stdio.h>

#include "check.h"
#include "client.h"
#include "server.h"

static char said[256];

static int
take (void *opaque, int *error)
{
  const char *text = nbd_get_error ();

  *(int *) opaque = *error;
  snprintf (said, sizeof said, "%s", text ? text : "");
  return 1;
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  int error = -1;
  nbd_completion_callback completion = { .callback = take,
                                         .user_data = &error };

  CHECK_OK (nbd_set_opt_mode (h, true));
  CHECK_OK (nbd_set_request_block_size (h, false));
  CHECK_OK (nbd_set_export_name (h, "disk"));
  set_style (h, SIMPLE);
  server_open (&s, h);
  server_say (&s, "NBDMAGIC IHAVEOPT u16 3");
  pump (h);
  server_expect (&s, "u32 3");
  CHECK_OK (nbd_aio_opt_info (h, completion));
  pump (h);
  server_expect (&s, "option INFO string \"disk\" u16 0");
  server_say (&s, "reply INFO ERR_UNKNOWN \"not today\"");
  pump (h);
  CHECK_STATE (h, "NEGOTIATING");
  CHECK_INT (error, ENOENT);
  CHECK_CONTAINS (said, "NBD_OPT_INFO for export \"disk\"");
  CHECK_CONTAINS (said, "not today");

  CHECK_OK (nbd_aio_opt_go (h, completion));
  pump (h);
  server_expect (&s, "option GO string \"disk\" u16 0");
  server_close (&s);
  pump (h);
  CHECK_STATE (h, "DEAD");
  CHECK_INT (error, ENOTCONN);
  CHECK_CONTAINS (said, "the server closed the connection");
  nbd_close (h);
}
