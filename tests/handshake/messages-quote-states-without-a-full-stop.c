/* SPDX-License-Identifier: MIT */

/* What a handle is doing is quoted inside of messages, so it does not end
 * as a sentence does.
 */

#include <errno.h>
#include <string.h>

#include "check.h"
#include "client.h"
#include "server.h"

static void
check_text (struct nbd_handle *h)
{
  const char *state = nbd_connection_state (h);

  CHECK (strlen (state) > 10);
  CHECK (state[strlen (state) - 1] != '.');
}

static void
check_message (void)
{
  CHECK_INT (nbd_get_errno (), EINVAL);
  CHECK (strstr (nbd_get_error (), ".:") == NULL);
  CHECK (strstr (nbd_get_error (), ".)") == NULL);
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();

  check_text (h);
  CHECK_INT (nbd_aio_get_fd (h), -1);
  check_message ();
  nbd_close (h);

  h = server_handle (&s, STRUCTURED);
  check_text (h);
  CHECK_INT (nbd_aio_notify_write (h), -1);
  check_message ();
  server_say (&s, "u16 0x6744");
  pump (h);
  check_text (h);
  server_close (&s);
  CHECK_INT (nbd_aio_notify_read (h), -1);
  CHECK (strstr (nbd_get_error (), ".)") == NULL);
  check_text (h);
  nbd_close (h);
}
