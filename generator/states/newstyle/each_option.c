/* SPDX-License-Identifier: MIT */
/* What options have in common: the group of an option takes from here the
 * states that it leads to and does not have itself.
 */
GROUP (NEWSTYLE.EACH_OPTION)
  FOR_EACH (OPTION)

/* Build the option.  One that has data has a START of its own. */
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
