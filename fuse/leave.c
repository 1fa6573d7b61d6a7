/* SPDX-License-Identifier: MIT */
/* The end of the program: waiting for changes and flushing them, or giving
 * up. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "disk.h"
#include "leave.h"
#include "loop.h"
#include "notify.h"
#include "outage.h"
#include "phase.h"

/* How long to wait, at the end, for servers that are in an outage. */
#define AWAY_MS 1000

static bool flush_failed;

static void
flush_done (struct command *command)
{
  struct disk *disk = command->disk;
  if (command->error) {
    tool_error ("%s: flushing at the end failed, what was written last may "
                "be lost (%" PRIu64 " bytes): %s",
                disk->name, disk_unflushed (disk), strerror (command->error));
    flush_failed = true;
  }
  else
    disk_was_flushed (disk, disk->written);
  free (command);
}

/* Flush all disks: after unmounting, as with any file system, all that was
 * written must be on stable storage. */
static void
flush_all (void)
{
  for (size_t i = 0; i < nr_disks; i++) {
    struct disk *disk = &disks[i];
    if (disk->read_only || !disk->can_flush || disk_unflushed (disk) == 0)
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

/* Whether any command is in progress on which data depends.  AWAY: the servers
 * of all such commands are in an outage. */
static bool
is_changing (bool *away)
{
  bool changing = false;
  *away = true;
  for (size_t i = 0; i < nr_disks; i++)
    if (disks[i].changing > 0) {
      changing = true;
      *away &= outage_ms (&disks[i]) > 0;
    }
  return changing;
}

/* Print for each disk how much data may be lost.  It may also be safe, since
 * the server may carry out requests without replying. */
static void
tell_losses (void)
{
  for (size_t i = 0; i < nr_disks; i++) {
    struct disk *disk = &disks[i];
    int64_t away_ms = outage_ms (disk);
    if (disk->changing == 0)
      continue;
    char *why = away_ms == 0
                  ? tool_format ("the server does not answer")
                  : tool_format ("the server has been away for %" PRId64
                                 ".%" PRId64 " s",
                                 away_ms / 1000, away_ms / 100 % 10);
    tool_error ("%s: %s, giving up: what was written last may be lost "
                "(%" PRIu64 " bytes were not flushed)",
                disk->name, why, disk_unflushed (disk));
    free (why);
  }
}

/* Wait until no command is in progress on which data depends.  Give up if the
 * servers do not answer in time: false. */
static bool
drain_changes (void)
{
  int64_t until_ms = 0;
  bool away;
  while (is_changing (&away)) {
    int64_t now = tool_now_ms ();
    if (!away)
      until_ms = 0;
    else if (until_ms == 0)
      until_ms = now + AWAY_MS;
    if (phase_is_overdue () || (away && now >= until_ms)) {
      tell_losses ();
      return false;
    }
    loop_turn (until_ms);
  }
  return true;
}

bool
leave_disks (void)
{
  notify ("STOPPING=1", "ending");
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
