/* SPDX-License-Identifier: MIT */

/* Programs quote the state of a handle inside their messages, so its text does
 * not end as a sentence. */

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

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();

  check_text (h);
  nbd_close (h);

  h = server_handle (&s, STRUCTURED);
  check_text (h);
  server_say (&s, "u16 0x6744");
  pump (h);
  check_text (h);
  server_close (&s);
  pump (h);
  CHECK_STATE (h, "DEAD");
  check_text (h);
  nbd_close (h);
}
