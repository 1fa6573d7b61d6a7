/* SPDX-License-Identifier: MIT */
/* Exports and their connections. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "nbdfuse.h"

#define DEFAULT_CONNECTIONS 4
#define SMALL (32 << 10)
#define MAX_BURST 16
/* What libnbd calls 32 bit lengths, in a multiple of every block size. */
#define NARROW_REACH (UINT64_C (1) << 30)
#define WIDE_REACH (UINT64_C (1) << 60)

struct disk *disks;
size_t nr_disks;

/* A server may leave a further connection with the kernel, which took it. */
#define PATIENCE_MS 5000

static int
prepare (struct nbd_handle *h, const void *opaque)
{
  const char *name = opaque;
  if (options.verbose)
    nbd_set_debug (h, true);
  /* Buffers are shown to the kernel only after reading into all of them. */
  nbd_set_pread_initialize (h, false);
  return nbd_add_meta_context (h, LIBNBD_CONTEXT_BASE_ALLOCATION) == -1
    || nbd_set_opt_mode (h, name != NULL) == -1 ? -1 : 0;
}

/* Open one connection.  NAME is that of the export, or NULL if the endpoint
 * says which.  NULL on failure. */
static struct nbd_handle *
connect_one (const struct tool_endpoint *endpoint, const char *name,
             unsigned number)
{
  char *handle_name = tool_format ("nbd%u", number);
  struct nbd_handle *h = tool_create (handle_name, prepare, name);
  free (handle_name);
  int r = tool_connect_within (&h, endpoint, number > 0 ? PATIENCE_MS : -1);
  if (r == 0 && name)
    r = nbd_set_export_name (h, name) == -1 ? -1 : tool_opt_go (h);
  if (r == 0)
    return h;
  /* Closing forgets the message. */
  tool_error ("%s: %s", name ? name : endpoint->name, r == 1
              ? "the server does not answer" : tool_nbd_error ());
  tool_close (h);
  return NULL;
}

static uint64_t
block_size (struct nbd_handle *h, int which, uint64_t otherwise)
{
  int64_t size = nbd_get_block_size (h, which);
  return size > 0 ? (uint64_t) size : otherwise;
}

/* What the server says of the export. */
static void
learn (struct disk *disk, struct nbd_handle *h)
{
  int64_t size = nbd_get_size (h);
  if (size == -1)
    tool_nbd_fail (disk->name);
  disk->size = size;
  disk->minimum = block_size (h, LIBNBD_SIZE_MINIMUM, 1);
  disk->preferred = block_size (h, LIBNBD_SIZE_PREFERRED, 4096);
  disk->maximum = block_size (h, LIBNBD_SIZE_MAXIMUM, MAX_PAYLOAD);
  if (disk->maximum > MAX_PAYLOAD)
    disk->maximum = MAX_PAYLOAD;
  if (disk->maximum < disk->minimum)
    disk->maximum = disk->minimum;
  disk->maximum -= disk->maximum % disk->minimum;
  disk->read_only = options.read_only || nbd_is_read_only (h) != 0;
  disk->can_flush = nbd_can_flush (h) == 1;
  disk->can_trim = nbd_can_trim (h) == 1;
  disk->can_zero = nbd_can_zero (h) == 1;
  disk->can_map = nbd_can_meta_context (h, LIBNBD_CONTEXT_BASE_ALLOCATION)
    == 1;
  disk->wide = nbd_get_extended_headers_negotiated (h) == 1;
  tool_reach_start (&disk->reach, disk_reach (disk));
}

static unsigned
wanted_connections (const struct tool_endpoint *endpoint,
                    struct nbd_handle *first)
{
  if (!tool_endpoint_again (endpoint) || nbd_can_multi_conn (first) != 1)
    return 1;
  if (options.connections)
    return options.connections;
  return options.exports ? 1 : DEFAULT_CONNECTIONS;
}

/* Open DISK, with the first connection made already. */
static void
disk_open (struct disk *disk, const struct tool_endpoint *endpoint,
           const char *name, struct nbd_handle *first)
{
  learn (disk, first);
  unsigned count = wanted_connections (endpoint, first);
  disk->connections = tool_alloc (count * sizeof *disk->connections);
  disk->connections[0].h = first;
  for (unsigned i = 1; i < count; i++) {
    struct nbd_handle *h = connect_one (endpoint, name, i);
    if (h == NULL) {
      tool_error ("%s: going on with %u of %u connections",
                  name ? name : endpoint->name, i, count);
      count = i;
      break;
    }
    disk->connections[i].h = h;
  }
  disk->nr_connections = count;
  for (unsigned i = 0; i < count; i++)
    disk->connections[i].fd = nbd_aio_get_fd (disk->connections[i].h);
  disk->ranges_end = &disk->ranges;
  disk->held_end = &disk->held;
  clock_gettime (CLOCK_REALTIME, &disk->modified);
  debug ("connections=%u", count);
}

static void
open_exports (const struct tool_endpoint *endpoint)
{
  size_t count;
  struct export_name *names = exports_list (endpoint, &count);
  disks = tool_alloc (count * sizeof *disks);
  for (size_t i = 0; i < count; i++) {
    struct nbd_handle *h = connect_one (endpoint, names[i].name, 0);
    /* An export that cannot be opened has told why. */
    if (h == NULL) {
      free (names[i].file);
    } else {
      struct disk *disk = &disks[nr_disks++];
      disk->name = names[i].file;
      disk->ino = FUSE_ROOT_ID + nr_disks;
      disk_open (disk, endpoint, names[i].name, h);
    }
    free (names[i].name);
  }
  free (names);
  if (nr_disks == 0)
    exit (EXIT_FAILURE);
}

void
disk_open_all (const struct tool_endpoint *endpoint)
{
  if (options.exports) {
    open_exports (endpoint);
    return;
  }
  struct nbd_handle *h = connect_one (endpoint, NULL, 0);
  if (h == NULL)
    exit (EXIT_FAILURE);
  disks = tool_alloc (sizeof *disks);
  disks->name = options.filename ? options.filename : options.mountpoint;
  disks->ino = options.filename ? FUSE_ROOT_ID + 1 : FUSE_ROOT_ID;
  disk_open (disks, endpoint, NULL, h);
  nr_disks = 1;
}

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
  return nbd_aio_is_dead (connection->h) == 0
    && nbd_aio_is_closed (connection->h) == 0;
}

static bool
usable (const struct connection *connection)
{
  return !connection->gone && connection_works (connection);
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
  uint64_t reach = disk->wide ? WIDE_REACH : NARROW_REACH;
  return reach - reach % disk->minimum;
}
