/* SPDX-License-Identifier: MIT */
/* Opening exports, each with its connections. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "disk.h"
#include "exports.h"
#include "options.h"
#include "server.h"

#define DEFAULT_CONNECTIONS 4
/* Descriptors that are needed beside those of connections. */
#define SPARE_DESCRIPTORS 64

/* What happened to an attempt to connect; 1 is that of tool_connect_within. */
enum { CONNECTED = 0, SILENT = 1, FAILED = -1 };

static int
prepare (struct nbd_handle *h, const void *opaque)
{
  (void) opaque;
  if (options.verbose)
    nbd_set_debug (h, true);
  /* Buffers are shown to the kernel only after reading into all of them. */
  nbd_set_pread_initialize (h, false);
  return nbd_add_meta_context (h, LIBNBD_CONTEXT_BASE_ALLOCATION) == -1
    || nbd_set_opt_mode (h, options.exports) == -1 ? -1 : 0;
}

/* How long the first connection took. */
static int64_t first_ms;

/* Connect as number NUMBER of the connections of an export.  What is named
 * in a message is WHAT.  The first connection of all waits as long as it
 * takes: ALONE. */
static int
connect_one (const struct tool_endpoint *endpoint, const char *what,
             unsigned number, bool alone, struct nbd_handle **made)
{
  char *handle_name = tool_format ("nbd%u", number);
  struct nbd_handle *h = tool_create (handle_name, prepare, NULL);
  free (handle_name);
  int64_t start = tool_now_ms ();
  int r = tool_connect_within (&h, endpoint, alone ? -1
                               : tool_patience_ms (first_ms));
  /* The server may have been started by it. */
  if (!tool_endpoint_again (endpoint))
    server_watch (h);
  if (r == CONNECTED) {
    if (alone)
      first_ms = tool_now_ms () - start;
    *made = h;
    return r;
  }
  /* Closing forgets the message. */
  tool_error ("%s: %s", what, r == SILENT
              ? "the server does not answer another connection; it may serve "
              "one client at a time" : tool_nbd_error ());
  /* The end of the program limits how long a server may take to end. */
  if (tool_endpoint_again (endpoint))
    tool_close (h);
  return r;
}

/* Open an export on a connection that is negotiating. */
static bool
go (struct nbd_handle *h, const char *export)
{
  if (nbd_set_export_name (h, export) == 0 && tool_opt_go (h) == 0)
    return true;
  char *name = tool_quoted (export);
  tool_error ("%s: %s", name, tool_nbd_error ());
  free (name);
  return false;
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
  /* Requests are for whole blocks. */
  uint64_t rest = disk->size % disk->minimum;
  if (rest > 0)
    tool_error ("%s: the last %" PRIu64 " bytes cannot be reached: the "
                "server wants blocks of %" PRIu64 " bytes", disk->name, rest,
                disk->minimum);
  disk->size -= rest;
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

/* Begin to use DISK, with the connection on which it was opened. */
static void
disk_start (struct disk *disk, const struct tool_endpoint *endpoint,
            struct nbd_handle *h)
{
  learn (disk, h);
  disk->wanted = wanted_connections (endpoint, h);
  disk->connections = tool_alloc (disk->wanted * sizeof *disk->connections);
  disk->connections[disk->nr_connections++] = (struct connection) {
    .disk = disk, .h = h, .fd = nbd_aio_get_fd (h),
  };
  disk->ranges_end = &disk->ranges;
  disk->held_end = &disk->held;
  clock_gettime (CLOCK_REALTIME, &disk->modified);
}

/* Open further connections.  False: the server takes no more. */
static bool
add_connections (struct disk *disk, const struct tool_endpoint *endpoint)
{
  const char *what = disk->export ? disk->name : endpoint->name;
  while (disk->nr_connections < disk->wanted) {
    struct nbd_handle *h;
    int r = connect_one (endpoint, what, disk->nr_connections, false, &h);
    if (r == CONNECTED && disk->export && !go (h, disk->export)) {
      tool_close (h);
      r = FAILED;
    }
    if (r != CONNECTED) {
      tool_error ("%s: going on with %u of %u connections", what,
                  disk->nr_connections, disk->wanted);
      return false;
    }
    disk->connections[disk->nr_connections++] = (struct connection) {
      .disk = disk, .h = h, .fd = nbd_aio_get_fd (h),
    };
  }
  return true;
}

static void
add_all_connections (const struct tool_endpoint *endpoint)
{
  for (size_t i = 0; i < nr_disks; i++)
    if (!add_connections (&disks[i], endpoint))
      break;
  for (size_t i = 0; i < nr_disks; i++)
    debug ("%s: connections=%u", disks[i].name, disks[i].nr_connections);
}

/* Each export needs a descriptor. */
static void
need_descriptors (const struct tool_endpoint *endpoint, size_t count)
{
  struct rlimit limit;
  rlim_t need = count + SPARE_DESCRIPTORS;
  if (getrlimit (RLIMIT_NOFILE, &limit) == -1 || limit.rlim_cur >= need)
    return;
  limit.rlim_cur = limit.rlim_max < need ? limit.rlim_max : need;
  if (setrlimit (RLIMIT_NOFILE, &limit) == -1 || limit.rlim_cur < need)
    tool_fail ("%s: the server has %zu exports, and each needs a connection, "
               "but this process may open %ju files: raise that limit "
               "(ulimit -n), or mount single exports", endpoint->name, count,
               (uintmax_t) limit.rlim_cur);
}

/* Open one after the other, on the connection H that is negotiating and then
 * on new ones.  One on which opening was refused is used again: so servers
 * of a single client can show a single export, too. */
static void
open_each (const struct tool_endpoint *endpoint, struct nbd_handle *h,
           struct export_name *names, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    int r = CONNECTED;
    if (h == NULL)
      r = connect_one (endpoint, names[i].file, 0, nr_disks == 0, &h);
    if (r == SILENT)
      tool_fail ("%s: --exports needs a connection for each of %zu exports; "
                 "name one in the URI to mount only that", endpoint->name,
                 count);
    if (r == CONNECTED && go (h, names[i].name)) {
      struct disk *disk = &disks[nr_disks++];
      disk->name = names[i].file;
      disk->export = names[i].name;
      disk->ino = FUSE_ROOT_ID + nr_disks;
      disk_start (disk, endpoint, h);
      h = NULL;
      continue;
    }
    /* An export that cannot be opened has told why. */
    free (names[i].file);
    free (names[i].name);
    if (r == CONNECTED && nbd_aio_is_negotiating (h) != 1) {
      tool_close (h);
      h = NULL;
    }
  }
  if (h)
    tool_close (h);
}

static void
open_exports (const struct tool_endpoint *endpoint)
{
  struct nbd_handle *h;
  size_t count;
  if (connect_one (endpoint, endpoint->name, 0, true, &h) != CONNECTED)
    exit (EXIT_FAILURE);
  struct export_name *names = exports_list (h, endpoint->name, &count);
  need_descriptors (endpoint, count);
  exports_name_files (names, count);
  disks = tool_alloc (count * sizeof *disks);
  open_each (endpoint, h, names, count);
  free (names);
  if (nr_disks == 0)
    exit (EXIT_FAILURE);
}

static void
open_export (const struct tool_endpoint *endpoint)
{
  struct nbd_handle *h;
  if (connect_one (endpoint, endpoint->name, 0, true, &h) != CONNECTED)
    exit (EXIT_FAILURE);
  disks = tool_alloc (sizeof *disks);
  disks->name = options.filename ? options.filename : options.mountpoint;
  disks->ino = options.filename ? FUSE_ROOT_ID + 1 : FUSE_ROOT_ID;
  disk_start (disks, endpoint, h);
  nr_disks = 1;
}

void
disk_open_all (const struct tool_endpoint *endpoint)
{
  if (options.exports)
    open_exports (endpoint);
  else
    open_export (endpoint);
  add_all_connections (endpoint);
}
