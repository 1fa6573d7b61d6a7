/* SPDX-License-Identifier: MIT */

/* If there is no memory to send NBD_OPT_EXPORT_NAME, or to keep the reason for
 * which an option was refused, the connection cannot go on.  The handle is
 * dead, and the error is ENOMEM. */

#include <errno.h>
#include <string.h>

#include "check.h"
#include "client.h"
#include "memory.h"
#include "server.h"

static unsigned refused; /* how often memory was missed */

/* The handle reads what the server has sent. */
static void
read_reply (struct nbd_handle *h)
{
  if (LIB (nbd_aio_notify_read (h)) == 0)
    return;
  refused++;
  CHECK_ERROR (ENOMEM, "nbd_aio_notify_read: ");
  CHECK_STATE (h, "DEAD");
}

static void
choose_export (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  char name[4000];

  memset (name, 'x', sizeof name - 1);
  name[sizeof name - 1] = '\0';
  CHECK_OK (nbd_set_export_name (h, name));
  server_open (&s, h);
  server_say (&s, "NBDMAGIC IHAVEOPT u16 0");
  read_reply (h);
  if (!nbd_aio_is_dead (h))
    CHECK (server_take (&s) > sizeof name);
  nbd_close (h);
  server_close (&s);
}

static void
list_exports (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct calls exports = { 0 }, done = { 0 };

  CHECK_OK (nbd_set_opt_mode (h, true));
  CHECK_OK (nbd_set_request_structured_replies (h, false));
  server_open (&s, h);
  server_say (&s, "NBDMAGIC IHAVEOPT u16 FIXED_NEWSTYLE|NO_ZEROES");
  pump (h);
  CHECK_STATE (h, "NEGOTIATING");
  CHECK_OK (nbd_aio_opt_list (h, list (&exports), completion (&done)));
  server_say (&s, "reply NBD_OPT_LIST NBD_REP_ERR_POLICY \"no\"");
  read_reply (h);
  if (!nbd_aio_is_dead (h))
    CHECK_INT (done.error, ENOTSUP);
  nbd_close (h);
  CHECK_CALLS (&exports, 0);
  CHECK_CALLS (&done, 1);
  server_close (&s);
}

void
test (void)
{
  memory_sweep ("choosing an export", choose_export);
  CHECK (refused > 0);
  refused = 0;
  memory_sweep ("listing exports", list_exports);
  CHECK (refused > 0);
}
