/* SPDX-License-Identifier: MIT */
#include "internal.h"

/* Ask for structured replies.  NBD_OPT_EXTENDED_HEADERS, which implies them
 * and has 64 bit lengths, has the same request and replies.
 */
GROUP (NEWSTYLE.OPT_STRUCTURED_REPLY)
  OPTION (NBD_OPT_STRUCTURED_REPLY, NBD_OPT_EXTENDED_HEADERS)
  PHASE (CONNECTING)
  SPEC ("Option types")

/* Build the option. */
STATE (START)
  GOES_TO (SEND)
{
  if (nbdi_option_message (h, h->opt.option, NULL, 0) == -1)
    return FAILED;
  return NEXT (SEND);
}

/* Send it. */
STATE (SEND)
  IO (SEND)
  GOES_TO (RECV_HEADER)
{
  return NEXT (RECV_HEADER);
}

/* Receive the fixed part of the reply. */
STATE (RECV_HEADER)
  IO (RECV, NBD_OPTION_REPLY_SIZE)
  GOES_TO (RECV_PAYLOAD)
{
  if (nbdi_expect_option_reply (h) == -1)
    return FAILED;
  return NEXT (RECV_PAYLOAD);
}

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
