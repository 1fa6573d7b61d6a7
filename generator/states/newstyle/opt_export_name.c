/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

#include <errno.h>
#include <string.h>

/* End option haggling, with a server that does not know NBD_OPT_GO.  The
 * answer has no header: to refuse, a server can only close the connection. */
GROUP (NEWSTYLE.OPT_EXPORT_NAME)
  OPTION (NBD_OPT_EXPORT_NAME)
  SPEC ("Option types")

/* Build the option. */
STATE (START)
  GOES_TO (SEND)
{
  const char *name = s->settings.export_name;

  nbdi_forget_export (l->told);
  if (nbdi_option_message (l, NBD_OPT_EXPORT_NAME, name, strlen (name)) == -1)
    return FAILED;
  return NEXT (SEND);
}

/* Send it. */
STATE (SEND)
  IO (SEND)
  GOES_TO (RECV_EXPORT)
{
  return NEXT (RECV_EXPORT);
}

/* Receive size and flags. */
STATE (RECV_EXPORT)
  IO (RECV, NBD_EXPORT_NAME_REPLY_SIZE)
  ON (END_OF_STREAM -> REFUSED)
  GOES_TO (RECV_ZEROES, ^OPTION_DONE)
{
  const uint8_t *p = nbdi_take (l, NBD_EXPORT_NAME_REPLY_SIZE);

  if (nbdi_take_export (l, nbdi_get64 (p), nbdi_get16 (p + 8)) == -1)
    return FAILED;
  nbdi_settle_contexts (s, l->told);
  nbdi_option_result (l, 0, 0);
  if (l->agreed.client_flags & NBD_FLAG_NO_ZEROES)
    return NEXT (^OPTION_DONE);
  return NEXT (RECV_ZEROES);
}

/* Discard the padding, which both sides did not agree to leave out. */
STATE (RECV_ZEROES)
  IO (RECV, NBD_EXPORT_NAME_ZEROES)
  GOES_TO (^OPTION_DONE)
{
  nbdi_take (l, NBD_EXPORT_NAME_ZEROES);
  return NEXT (^OPTION_DONE);
}

/* The server closed the connection instead of answering. */
STATE (REFUSED)
{
  CLEANUP_TEXT const char *name = nbdi_printable (s->settings.export_name);

  nbdi_error (0,
              "NBD_OPT_EXPORT_NAME: the server refused export %s by "
              "closing the connection",
              name);
  return GONE;
}
