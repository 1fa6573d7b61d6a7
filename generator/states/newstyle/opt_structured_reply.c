/* SPDX-License-Identifier: MIT */
#include "internal.h"

/* Ask for structured replies.  NBD_OPT_EXTENDED_HEADERS, which implies them
 * and has 64 bit lengths, has the same request and replies.
 */
GROUP (NEWSTYLE.OPT_STRUCTURED_REPLY)
  OPTION (NBD_OPT_STRUCTURED_REPLY, NBD_OPT_EXTENDED_HEADERS)
  PHASE (CONNECTING)
  SPEC ("Option types")

/* The server agreed or not. */
STATE (RECV_PAYLOAD)
  IO (RECV, h->opt.reply.length)
  GOES_TO (^OPTION_DONE)
{
  const uint8_t *text = nbdi_take (h, h->opt.reply.length);

  if (h->opt.reply.type == NBD_REP_ACK) {
    h->export.structured_replies = true;
    if (h->opt.option == NBD_OPT_EXTENDED_HEADERS)
      h->export.extended_headers = true;
    nbdi_option_result (h, 1, 0);
    return NEXT (^OPTION_DONE);
  }
  if (nbdi_option_refused (h, text) == -1)
    return FAILED;
  h->opt.value = 0;
  return NEXT (^OPTION_DONE);
}
