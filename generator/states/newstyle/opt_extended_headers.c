/* SPDX-License-Identifier: MIT */
#include "internal.h"

/* Ask for extended headers: 64 bit lengths in requests and replies.  They
 * imply structured replies.
 */
GROUP (NEWSTYLE.OPT_EXTENDED_HEADERS)
  OPTION (NBD_OPT_EXTENDED_HEADERS)
  PHASE (CONNECTING)
  SPEC ("Option types")

/* Build the option. */
STATE (START)
  GOES_TO (SEND)
{
  if (nbdi_option_message (h, NBD_OPT_EXTENDED_HEADERS, NULL, 0) == -1)
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
    h->export.extended_headers = true;
    h->export.structured_replies = true;
    nbdi_option_result (h, 1, 0);
    return NEXT (^OPTION_DONE);
  }
  if (nbdi_option_refused (h, text) == -1)
    return FAILED;
  h->opt.value = 0;
  return NEXT (^OPTION_DONE);
}
