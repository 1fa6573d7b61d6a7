/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

/* End option haggling and close the connection: because the program wants
 * it, or because nothing else can be done after an error. */
GROUP (NEWSTYLE.OPT_ABORT)
  OPTION (NBD_OPT_ABORT)
  SPEC ("Option types")

/* Build the option.  A server that is not fixed newstyle does not know it,
 * so the connection is just closed. */
STATE (START)
  GOES_TO (SEND, .CLOSED)
{
  if ((l->agreed.client_flags & NBD_FLAG_FIXED_NEWSTYLE) == 0)
    return NEXT (.CLOSED);
  if (nbdi_option_message (l, NBD_OPT_ABORT, NULL, 0) == -1)
    return FAILED;
  return NEXT (SEND);
}

/* Send it.  After an error, do not wait for the answer. */
STATE (SEND)
  IO (SEND)
  GOES_TO (RECV_REPLY)
{
  if (l->agreed.tls)
    l->channel.transport->shutdown_write (&l->channel);
  if (l->opt.error != 0) {
    nbdi_option_error (l);
    return nbdi_refusal_may_pass (l) ? GONE : FAILED;
  }
  return NEXT (RECV_REPLY);
}

/* Wait for the acknowledgement; the server may also just close the
 * connection. */
STATE (RECV_REPLY)
  IO (RECV, NBD_OPTION_REPLY_SIZE)
  ON (END_OF_STREAM -> .CLOSED)
  GOES_TO (.CLOSED)
{
  nbdi_take (l, NBD_OPTION_REPLY_SIZE);
  return NEXT (.CLOSED);
}
