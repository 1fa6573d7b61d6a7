/* SPDX-License-Identifier: MIT */
/* The phase of a handle whose connections come and go. */

#include "drive/drive.h"

/* If one link is dead, the handle is; otherwise the handle is connected as
 * long as any link is. */
unsigned
nbdi_phase_of_links (const struct nbd_handle *h)
{
  unsigned phase = nbdi_phase (&h->link);

  if (!h->session.promised)
    return phase;
  NBDI_EACH_LINK (h, l)
  {
    if (nbdi_link_in (l, NBDI_PHASE_DEAD))
      return NBDI_PHASE_DEAD;
    if (nbdi_link_in (l, NBDI_PHASE_CONNECTING | NBDI_PHASE_CONNECTED))
      phase = NBDI_PHASE_CONNECTED;
  }
  return phase;
}

/* When one link died, end the others; and when the program disconnects, end
 * those that are not connected. */
void
nbdi_share_fate (struct nbd_handle *h)
{
  bool dead = nbdi_phase_of_links (h) == NBDI_PHASE_DEAD;
  const struct nbdi_commands *cmds = &h->session.cmds;
  bool leaves = cmds->disconnect && cmds->waiting.nr == 0;

  NBDI_EACH_LINK (h, l)
  if (dead)
    nbdi_event (l, NBDI_EVENT_END);
  else if (leaves && nbdi_link_in (l, NBDI_PHASE_CONNECTING))
    nbdi_event (l, NBDI_EVENT_LEAVE);
}
