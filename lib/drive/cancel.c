/* SPDX-License-Identifier: MIT */
/* Ending a command before its reply.  The protocol cannot tell the server:
 * a command of which something was sent goes on as a shadow. */

#include "drive/drive.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

/* Leave a ghost of a modifying command until the late reply comes: the
 * server may still carry it out. */
static int
leave_shadow (struct nbd_handle *h, struct nbdi_command *c)
{
  struct nbdi_session *s = &h->session;
  const uint8_t *data = c->data;
  struct nbdi_command *shadow = nbdi_new_shadow (s, c);

  if (shadow == NULL)
    return -1;
  if (nbdi_modifies (c->type))
    shadow->ghost = nbdi_add_shadow (&s->ghosts, c->offset, c->count);
  NBDI_EACH_LINK (h, l)
  if (l->reply.command == c) {
    l->reply.command = shadow;
    /* Only these payloads are received into the program's buffer. */
    if (nbdi_gets_data (c->type))
      nbdi_move_fill (l, data, shadow->data);
  }
  return 0;
}

/* End a command that has not completed; fails without memory. */
int
nbdi_end_command (struct nbd_handle *h, struct nbdi_command *c, int error,
                  const char *fmt, ...)
{
  char why[128];
  va_list args;

  va_start (args, fmt);
  vsnprintf (why, sizeof why, fmt, args);
  va_end (args);
  if (c->begun && c->list != &h->session.cmds.settling
      && leave_shadow (h, c) == -1)
    return -1;
  /* This is the reason, even if there was another error before. */
  c->error = 0;
  free (c->why);
  c->why = NULL;
  nbdi_fail_command (&h->session, c, error, "%s", why);
  nbdi_complete_command (&h->session, c);
  return 0;
}

/* End the commands of a list that threads wait for in blocking calls. */
static bool
cancel_blocking (struct nbd_handle *h, struct nbdi_list *list)
{
  struct nbdi_command *c, *next;
  bool found = false;

  for (c = list->first; c != NULL; c = next) {
    next = c->next;
    if (c->waiter != NULL
        && nbdi_end_command (h, c, ECANCELED, "nbd_cancel was called") == 0)
      found = true;
  }
  return found;
}

bool
nbdi_cancel_blocking (struct nbd_handle *h)
{
  bool found = false;

  NBDI_EACH_LINK (h, l)
  {
    found |= cancel_blocking (h, &l->lane.sent);
    found |= cancel_blocking (h, &l->lane.queue);
  }
  found |= cancel_blocking (h, &h->session.cmds.waiting);
  found |= cancel_blocking (h, &h->session.cmds.settling);
  if (found)
    nbdi_nudge_driver (h);
  return found;
}

bool
nbdi_cancel_cookie (struct nbd_handle *h, uint64_t cookie)
{
  struct nbdi_command *c = nbdi_lookup_command (&h->session, cookie);

  if (c == NULL || c->completed || !nbdi_is_answered (c->type)
      || nbdi_end_command (h, c, ECANCELED, "nbd_aio_cancel was called")
           == -1)
    return false;
  nbdi_nudge_driver (h);
  return true;
}
