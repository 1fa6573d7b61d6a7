/* SPDX-License-Identifier: MIT */
/* Exports and their connections, once they are open. */
#include <config.h>

#include "disk.h"
#include "options.h"

#define SMALL (32 << 10)
#define MAX_BURST 16
/* What libnbd calls 32 bit lengths, in a multiple of every block size. */
#define REACH_32 (UINT64_C (1) << 30)
#define REACH_64 (UINT64_C (1) << 60)

struct disk *disks;
size_t nr_disks;

struct disk *
disk_find (fuse_ino_t ino)
{
  fuse_ino_t first = disks[0].ino;
  if (options.exports) {
    size_t i = ino - FUSE_ROOT_ID - 1;
    return ino > FUSE_ROOT_ID && i < nr_disks ? &disks[i] : NULL;
  }
  return ino == first ? disks : NULL;
}

bool
connection_works (const struct connection *connection)
{
  return !tool_is_lost (connection->h);
}

static bool
usable (const struct connection *connection)
{
  return !connection->ended && connection_works (connection);
}

struct connection *
disk_connection (struct disk *disk, uint64_t length)
{
  /* What is small stays together, so that a system call can carry several
   * requests or replies; what is large can be copied side by side. */
  if (disk->burst < MAX_BURST && length < SMALL
      && usable (&disk->connections[disk->turn])) {
    disk->burst++;
    return &disk->connections[disk->turn];
  }
  disk->burst = 0;
  for (unsigned i = 0; i < disk->nr_connections; i++) {
    if (++disk->turn >= disk->nr_connections)
      disk->turn = 0;
    if (usable (&disk->connections[disk->turn]))
      return &disk->connections[disk->turn];
  }
  return NULL;
}

uint64_t
disk_reach (const struct disk *disk)
{
  uint64_t reach = disk->extended ? REACH_64 : REACH_32;
  return reach - reach % disk->minimum;
}

/* Connections that may have something to send, or wait for something else
 * than before. */
static struct connection *touched;

void
connection_touch (struct connection *connection)
{
  if (connection->touched)
    return;
  connection->touched = true;
  connection->next = touched;
  touched = connection;
}

struct connection *
connection_touched (void)
{
  struct connection *connection = touched;
  if (connection) {
    touched = connection->next;
    connection->touched = false;
  }
  return connection;
}
