/* SPDX-License-Identifier: MIT */
/* nbddiscard: tell a server that data is no longer needed. */
#include <config.h>

#include "discard.h"

int
main (int argc, char **argv)
{
  static const struct tool tool = {
    .name = "nbddiscard",
    .summary = "discard the data of a network block device",
    .forms = "nbddiscard [OPTION...] URI\n"
             "nbddiscard [OPTION...] -- [ COMMAND ARGUMENT... ]\n",
    .options = discard_options,
    .examples = "nbddiscard --yes nbd://localhost\n"
                "nbddiscard --offset 1M --length 64K nbd://localhost/disk\n"
                "nbddiscard --check 'nbd+unix:///?socket=/tmp/socket'\n",
    .usage_status = 2,
    .short_version = true,
  };

  return discard_main (&tool, false, argc, argv);
}
