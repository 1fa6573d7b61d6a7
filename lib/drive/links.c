/* SPDX-License-Identifier: MIT */
/* More connections of a handle, if the server permits several.  See also
 * machine/join.c. */

#include "drive/drive.h"

#include <errno.h>
#include <unistd.h>

/* Open another connection when each one has at least this many commands. */
#define BUSY 2

/* Whether another connection is permitted and needed. */
static bool
wants_link (const struct nbd_handle *h)
{
  const struct nbdi_session *s = &h->session;
  unsigned nr = 0;

  if ((s->export.flags & NBD_FLAG_CAN_MULTI_CONN) == 0 || s->cmds.disconnect
      || s->links_failed || !nbdi_can_be_copied (&h->link.reach))
    return false;
  NBDI_EACH_LINK (h, l)
  {
    nr++;
    if (!nbdi_serves (l) || nbdi_load (l) < BUSY)
      return false;
  }
  return nr < s->settings.connections && s->owner == getpid ();
}

static struct nbdi_link *
new_link (struct nbd_handle *h)
{
  struct nbdi_link *l = calloc (1, sizeof *l);

  if (l == NULL) {
    nbdi_error (errno, "another connection");
    return NULL;
  }
  nbdi_init_link (l, &h->session, &l->told_again, &h->session.trace);
  if (nbdi_copy_reach (&l->reach, &h->link.reach) == -1) {
    nbdi_free_link (l);
    return NULL;
  }
  l->reach.again = true;
  l->channel.watched = h->link.channel.watched;
  nbdi_begin_silence (&l->channel);
  l->epoch = ++h->session.last_epoch;
  l->number = h->link.next->number + 1; /* the newest comes after the first */
  return l;
}

/* Open another connection in the background, if that is useful.  A failure
 * of that is not reported to the program. */
void
nbdi_open_link (struct nbd_handle *h)
{
  if (likely (h->session.settings.connections <= 1) || !wants_link (h))
    return;
  struct nbdi_link *l = new_link (h);
  if (l == NULL) {
    h->session.links_failed = true;
    return;
  }
  l->next = h->link.next;
  h->link.next = l;
  nbdi_begin_addresses (&l->reach);
  nbdi_event (l, NBDI_EVENT_CONNECT);
  nbdi_nudge_driver (h);
}

/* Close a link and free all that it has. */
void
nbdi_close_link (struct nbdi_link *l)
{
  nbdi_free_option (l);
  nbdi_drop_connection (l);
  nbdi_end_child (&l->reach, &l->channel);
  if (l->channel.lingering >= 0)
    close (l->channel.lingering);
  nbdi_forget_export (&l->told_again);
  nbdi_forget_contexts (&l->told_again);
  nbdi_forget_addresses (&l->reach);
  nbdi_put_witness (l->witness);
  nbdi_forget_lookup (l->reach.asking);
  free (l->reach.host);
  free (l->reach.port);
  free (l->opt.error_text);
}

/* The same for a link that is not part of the handle's memory. */
void
nbdi_free_link (struct nbdi_link *l)
{
  nbdi_close_link (l);
  free (l);
}
