/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

/* Ask for structured replies.  NBD_OPT_EXTENDED_HEADERS, which implies them
 * and has 64 bit lengths, has the same request and replies. */
GROUP (NEWSTYLE.OPT_STRUCTURED_REPLY)
  OPTION (NBD_OPT_STRUCTURED_REPLY, NBD_OPT_EXTENDED_HEADERS)
  COMPLETES_WITH (EINVAL, ENOTSUP)
  TURNED_OFF_BY (NBD_OPT_STRUCTURED_REPLY, nbd_set_request_structured_replies)
  TURNED_OFF_BY (NBD_OPT_EXTENDED_HEADERS, nbd_set_request_extended_headers)
  SPEC ("Option types")

/* Find out whether the server agreed. */
STATE (RECV_PAYLOAD)
  IO (RECV, l->opt.reply.length)
  GOES_TO (^OPTION_DONE)
{
  const uint8_t *text = nbdi_take (l, l->opt.reply.length);

  if (l->opt.reply.type == NBD_REP_ACK) {
    l->agreed.structured_replies = true;
    if (l->opt.option == NBD_OPT_EXTENDED_HEADERS)
      l->agreed.extended_headers = true;
    nbdi_option_result (l, 1, 0);
    return NEXT (^OPTION_DONE);
  }
  if (nbdi_option_refused (l, text) == -1)
    return FAILED;
  l->opt.value = 0;
  return NEXT (^OPTION_DONE);
}
