/* SPDX-License-Identifier: MIT */

/* A message says in words what the handle was doing.  The names of states are
 * only in debug messages. */

#include <errno.h>
#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "server.h"

/* The server sends this and closes, and the handle dies with this message. */
static void
leave_after (bool opt_mode, const char *said, const char *why)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_opt_mode (h, opt_mode));
  server_open (&s, h);
  server_say (&s, "%s", said);
  pump (h);
  server_take (&s);
  server_close (&s);
  CHECK_INT (nbd_aio_notify_read (h), -1);
  CHECK_STRING (nbd_get_error (), why);
  CHECK_INT (nbd_get_errno (), 0);
  nbd_close (h);
}

static void
leave_before_transmission (void)
{
  leave_after (false, "NBDMAGIC",
               "nbd_aio_notify_read: the server closed the "
               "connection while its greeting was awaited");
  leave_after (false, "NBDMAGIC OLDMAGIC u64 1",
               "nbd_aio_notify_read: the server closed the connection in the "
               "middle of its greeting");
  leave_after (
    false,
    "NBDMAGIC IHAVEOPT u16 FIXED_NEWSTYLE "
    "reply EXTENDED_HEADERS ACK",
    "nbd_aio_notify_read: "
    "NBD_OPT_GO: the server closed the connection while its answer "
    "was awaited");
}

static void
leave_in_transmission (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, STRUCTURED);

  CHECK_INT (nbd_aio_notify_write (h), -1);
  CHECK_ERROR (EINVAL,
               "nbd_aio_notify_write: no write event is awaited (see "
               "nbd_aio_get_direction) while the handle is connected: ");
  server_say (&s, "u16 0x6744");
  pump (h);
  server_close (&s);
  CHECK_INT (nbd_poll (h, -1), -1);
  CHECK_STRING (nbd_get_error (),
                "nbd_poll: the server closed the connection "
                "in the middle of a reply");
  CHECK_INT (nbd_poll (h, -1), -1);
  CHECK_ERROR (EINVAL,
               "nbd_poll: nothing is awaited from the socket: the "
               "handle is dead (the server closed the connection in the "
               "middle of a reply): ");
  nbd_close (h);
}

void
test (void)
{
  struct nbd_handle *h = nbd_create ();

  CHECK_INT (nbd_aio_get_fd (h), -1);
  CHECK_ERROR (EINVAL, "nbd_aio_get_fd: there is no socket while the handle "
                       "is not connected yet: ");
  CHECK_INT (nbd_poll (h, -1), -1);
  CHECK_ERROR (EINVAL, "nbd_poll: nothing is awaited from the socket while "
                       "the handle is not connected yet: ");
  CHECK_INT (nbd_aio_notify_read (h), -1);
  CHECK_ERROR (EINVAL,
               "nbd_aio_notify_read: no read event is awaited (see "
               "nbd_aio_get_direction) while the handle is not connected "
               "yet: ");
  nbd_close (h);
  leave_before_transmission ();
  leave_in_transmission ();
}
