/* SPDX-License-Identifier: MIT */

/* Messages call commands and options by the names of the protocol.  A number
 * that the protocol does not know is called unknown.  This calls functions
 * that the library does not export. */

#include "machine/machine.h"
#include "check.h"

void
test (void)
{
  CHECK_STRING (nbdi_command_name (NBD_CMD_DISC), "disconnect");
  CHECK_STRING (nbdi_command_name (NBD_CMD_WRITE_ZEROES), "write-zeroes");
  CHECK_STRING (nbdi_command_name (999), "unknown command");
  CHECK_STRING (nbdi_option_name (NBD_OPT_ABORT), "NBD_OPT_ABORT");
  CHECK_STRING (nbdi_option_name (NBD_OPT_EXPORT_NAME),
                "NBD_OPT_EXPORT_NAME");
  CHECK_STRING (nbdi_option_name (999), "unknown option");
  CHECK_INT (nbdi_errno_of_wire (NBD_SUCCESS), 0);
}
