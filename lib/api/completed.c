/* SPDX-License-Identifier: MIT */
/* Which commands are in flight, and which have completed. */

#include "api/library.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>

static int
check_cookie (uint64_t cookie)
{
  if (cookie >= 1 && cookie <= INT64_MAX)
    return 0;
  nbdi_error (EINVAL, "%" PRIu64 " is no cookie: they begin at 1", cookie);
  return -1;
}

int
nbdi_aio_cancel (struct nbd_handle *h, uint64_t cookie)
{
  return check_cookie (cookie) == -1 ? -1 : nbdi_cancel_cookie (h, cookie);
}

int
nbdi_aio_command_completed (struct nbd_handle *h, uint64_t cookie)
{
  if (check_cookie (cookie) == -1)
    return -1;
  struct nbdi_command *c = nbdi_lookup_command (&h->session, cookie);
  if (c == NULL || !c->completed || c->waiter)
    return 0;
  return nbdi_result_of_command (h, c) == 0 ? 1 : -1;
}

int64_t
nbdi_aio_peek_command_completed (struct nbd_handle *h)
{
  const struct nbdi_commands *cmds = &h->session.cmds;

  if (cmds->completed.first != NULL)
    return (int64_t) cmds->completed.first->cookie;
  if (cmds->nr_table == cmds->nr_internal) {
    nbdi_error (EINVAL, "no command is in flight or completed");
    return -1;
  }
  nbdi_error (0, "no command has completed yet");
  return 0;
}

int
nbdi_aio_in_flight (struct nbd_handle *h)
{
  size_t n = h->session.cmds.nr_pending - h->session.cmds.nr_internal
             + h->link.sending.disconnect;

  return n > INT_MAX ? INT_MAX : (int) n;
}
