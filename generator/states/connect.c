/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

/* Connect a socket to the first address that answers. */
GROUP (CONNECT)

/* Begin with the next address of the list, or of the name. */
STATE (START)
  CONSUMES (an address)
  GOES_TO (AWAIT, .GREETING.START, NEXT_ADDRESS)
{
  switch (nbdi_connect_next (&l->reach, &l->channel)) {
  case NBDI_IO_READY: return NEXT (.GREETING.START);
  case NBDI_IO_WAIT: return NEXT (AWAIT);
  default: return NEXT (NEXT_ADDRESS);
  }
}

/* Wait for the kernel to finish connecting. */
STATE (AWAIT)
  ON (NOTIFY_WRITE -> CHECK)
{
  return WAIT;
}

/* Find out whether the address accepted the connection. */
STATE (CHECK)
  GOES_TO (.GREETING.START, AWAIT, NEXT_ADDRESS)
{
  switch (nbdi_connect_check (&l->reach, &l->channel)) {
  case NBDI_IO_READY: return NEXT (.GREETING.START);
  case NBDI_IO_WAIT: return NEXT (AWAIT);
  default: return NEXT (NEXT_ADDRESS);
  }
}

/* Try the next address.  If none is left, or the name has none, a TCP
 * handle that does not wait for its server goes back to Created, so that
 * the program can connect again. */
STATE (NEXT_ADDRESS)
  GOES_TO (START, .START)
{
  if (l->reach.next < l->reach.nr_addresses)
    return NEXT (START);
  nbdi_connect_error (&l->reach);
  if (nbdi_is_patient (l))
    return nbdi_lookup_may_pass (&l->reach) ? GONE : FAILED;
  if (!l->reach.retry)
    return GONE;
  nbdi_forget_peer (&l->reach);
  return NEXT (.START);
}
