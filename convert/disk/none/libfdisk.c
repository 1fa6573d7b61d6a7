/* SPDX-License-Identifier: MIT */
/* Built without libfdisk. */
#include <config.h>

#include "../table.h"

int
libfdisk_move_backup (int fd, unsigned sector, char **why)
{
  (void) fd;
  (void) sector;
  return table_fault (why,
                      "nbdconvert was built without libfdisk, which moves "
                      "the backup GPT to the end of the disk");
}
