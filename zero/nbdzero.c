/* SPDX-License-Identifier: MIT */
/* nbdzero: write zeroes to a network block device. */
#include <config.h>

#include "discard.h"

int
main (int argc, char **argv)
{
  static const struct tool tool = {
    .name = "nbdzero",
    .summary = "write zeroes to a network block device",
    .forms = "nbdzero [OPTION...] URI\n"
             "nbdzero [OPTION...] -- [ COMMAND ARGUMENT... ]\n",
    .options = discard_options,
    .examples = "nbdzero --yes nbd://localhost\n"
                "nbdzero --offset 1M --length 64K nbd://localhost/disk\n"
                "nbdzero --check 'nbd+unix:///?socket=/tmp/socket'\n",
    .usage_status = 2,
    .short_version = true,
  };

  return discard_main (&tool, true, argc, argv);
}
