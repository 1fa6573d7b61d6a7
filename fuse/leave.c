/* SPDX-License-Identifier: MIT */
/* Leaving: what the end waits for, and what it gives up. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "disk.h"
#include "leave.h"
#include "loop.h"
#include "phase.h"

static bool flush_failed;

static void
flush_done (struct command *command)
{
  if (command->error) {
    tool_error ("%s: flushing at the end failed, what was written last may "
                "be lost: %s",
                command->disk->name, strerror (command->error));
    flush_failed = true;
  }
  free (command);
}

/* As when any file system is unmounted, what was written shall be on stable
 * storage. */
static void
flush_all (void)
{
  for (size_t i = 0; i < nr_disks; i++) {
    struct disk *disk = &disks[i];
    if (disk->read_only || !disk->can_flush || !disk->dirty)
      continue;
    struct command *command = tool_alloc (sizeof *command);
    *command = (struct command) {
      .disk = disk,
      .operation = FLUSH,
      .done = flush_done,
    };
    command_start (command);
  }
}

/* Until nothing is in flight on which data depends.  What a server leaves
 * unanswered for too long is given up: false. */
static bool
drain_changes (void)
{
  while (changes_in_flight > 0 && !phase_is_overdue ())
    loop_turn ();
  if (changes_in_flight > 0)
    tool_error ("the server does not answer, giving up: what was written "
                "last may be lost");
  return changes_in_flight == 0;
}

bool
leave_disks (void)
{
  if (!drain_changes ())
    return false;
  flush_all ();
  return drain_changes () && !flush_failed;
}

void
leave (bool good)
{
  int number = phase_first_signal ();
  if (number)
    tool_end_by (number);
  tool_finish (good ? EXIT_SUCCESS : EXIT_FAILURE);
}
