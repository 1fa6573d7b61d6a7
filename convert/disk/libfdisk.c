/* SPDX-License-Identifier: MIT */
/* Let libfdisk move the backup of a GPT. */
#include <config.h>

#include <errno.h>
#include <libfdisk.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

/* libfdisk reports and asks through this callback.  The last warning is kept,
 * to be part of our message.  Questions are not answered. */
static int
take_word (struct fdisk_context *context, struct fdisk_ask *ask, void *data)
{
  char **word = data;

  (void) context;
  switch (fdisk_ask_get_type (ask)) {
  case FDISK_ASKTYPE_INFO: return 0;
  case FDISK_ASKTYPE_WARN:
  case FDISK_ASKTYPE_WARNX:
    free (*word);
    *word = strdup (fdisk_ask_print_get_mesg (ask));
    return 0;
  default: return -EINVAL;
  }
}

static int
fail (char **why, const char *what, int r, const char *word)
{
  return table_fault (why, "libfdisk cannot %s: %s%s%s", what, strerror (-r),
                      word ? "; " : "", word ? word : "");
}

static int
move_in (struct fdisk_context *context, int fd, unsigned sector, char **why,
         char **word)
{
  int r = fdisk_set_ask (context, take_word, word);

  if (r == 0)
    r = fdisk_disable_dialogs (context, 1);
  if (r == 0)
    r = fdisk_save_user_sector_size (context, sector, sector);
  if (r == 0)
    r = fdisk_assign_device_by_fd (context, fd, "partition table", 0);
  if (r != 0)
    return fail (why, "read the partition table", r, *word);
  if (!fdisk_is_label (context, GPT))
    r = -EINVAL;
  if (r == 0)
    r = fdisk_write_disklabel (context);
  if (r != 0)
    fail (why, "move the backup GPT", r, *word);
  /* The 1 means: do not sync, which would wait for all disks of the
   * machine. */
  fdisk_deassign_device (context, 1);
  return r == 0 ? 0 : -1;
}

int
libfdisk_move_backup (int fd, unsigned sector, char **why)
{
  struct fdisk_context *context = fdisk_new_context ();
  char *word = NULL;

  if (context == NULL)
    return fail (why, "begin", -ENOMEM, NULL);
  int r = move_in (context, fd, sector, why, &word);

  fdisk_unref_context (context);
  free (word);
  return r;
}
