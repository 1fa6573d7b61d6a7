/* SPDX-License-Identifier: MIT */
/* What a handle is doing whose connections come and go. */

#include "drive/drive.h"

/* One that died takes the others with it; else the handle lives as long as any
 * of them does. */
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

/* What one connection has met is true for the others, and those that are not
 * there yet are not needed when the program leaves. */
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
