/* SPDX-License-Identifier: MIT */
/* What options have in common.  The group of an option gets from here the
 * states that it leads to and does not have itself, and the clauses about
 * replies. */
GROUP (NEWSTYLE.EACH_OPTION)
  FOR_EACH (OPTION)
  REPLY (NBD_REP_ACK, 0)
  REPLY (ANY_ERROR, 0, NBD_MAX_STRING)
  REFUSED (NBD_REP_ERR_UNSUP, ENOTSUP, "the server does not support it")
  REFUSED (NBD_REP_ERR_POLICY, 0, "the server's policy forbids it",
           PASSES_AFTER_OUTAGE)
  REFUSED (NBD_REP_ERR_INVALID, EINVAL, "the server says that it is invalid")
  REFUSED (NBD_REP_ERR_PLATFORM, 0,
           "not available on the server's platform")
  REFUSED (NBD_REP_ERR_TLS_REQD, ENOTSUP, "the server requires TLS")
  REFUSED (NBD_REP_ERR_UNKNOWN, ENOENT,
           "the server has no export of this name", PASSES)
  REFUSED (NBD_REP_ERR_SHUTDOWN, ESHUTDOWN, "the server is shutting down",
           PASSES)
  REFUSED (NBD_REP_ERR_BLOCK_SIZE_REQD, EINVAL,
           "the server requires that block sizes are asked for")
  REFUSED (NBD_REP_ERR_TOO_BIG, EINVAL,
           "the server says that request or reply are too big")
  REFUSED (NBD_REP_ERR_EXT_HEADER_REQD, ENOTSUP,
           "the server requires extended headers")
  REFUSED (ANY, 0, "the server refused it")
  COMPLETES_WITH (ENOTSUP)
  FAILS_WITH (ANY)

/* Build the option.  An option with data has a START of its own. */
STATE (START)
  GOES_TO (SEND)
{
  if (nbdi_option_message (l, l->opt.option, NULL, 0) == -1)
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

/* Receive the fixed part of a reply. */
STATE (RECV_HEADER)
  IO (RECV, NBD_OPTION_REPLY_SIZE)
  GOES_TO (RECV_PAYLOAD)
{
  if (nbdi_expect_option_reply (l) == -1)
    return FAILED;
  return NEXT (RECV_PAYLOAD);
}
