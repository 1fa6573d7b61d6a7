/* SPDX-License-Identifier: MIT */
#include "internal.h"

/* Leave option haggling and close the connection: because the program
 * wants it, or because nothing else can be done after an error.
 */
GROUP (NEWSTYLE.OPT_ABORT)
  OPTION (NBD_OPT_ABORT)
  PHASE (CONNECTING)
  SPEC ("Option types")

/* Send it.  After an error we leave without waiting for the answer. */
STATE (SEND)
  IO (SEND)
  GOES_TO (RECV_REPLY)
{
  if (h->export.tls)
    h->conn.transport->shutdown_write (h);
  if (h->opt.error != 0) {
    nbdi_option_error (h);
    return FAILED;
  }
  return NEXT (RECV_REPLY);
}

/* Await the acknowledgement; the server may as well just close. */
STATE (RECV_REPLY)
  IO (RECV, NBD_OPTION_REPLY_SIZE)
  ON (END_OF_STREAM -> .CLOSED)
  GOES_TO (.CLOSED)
{
  nbdi_take (h, NBD_OPTION_REPLY_SIZE);
  return NEXT (.CLOSED);
}
