/* SPDX-License-Identifier: MIT */
/* Opening exports, each with a handle of its own. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "disk.h"
#include "leave.h"
#include "options.h"
#include "outage.h"
#include "pool.h"

#define DEFAULT_CONNECTIONS 4
/* Descriptors that the program needs apart from those of exports, and those
 * that a lasting export needs apart from its connections. */
#define SPARE_DESCRIPTORS 64
#define LASTING_DESCRIPTORS 2

static int
prepare (struct nbd_handle *h, const void *opaque)
{
  (void) opaque;
  if (options.verbose)
    nbd_set_debug (h, true);
  /* The kernel gets a buffer only after all of it was read. */
  nbd_set_pread_initialize (h, false);
  return outage_listen (h) == -1
             || nbd_add_meta_context (h, LIBNBD_CONTEXT_BASE_ALLOCATION) == -1
             || nbd_set_opt_mode (h, options.exports) == -1
           ? -1
           : 0;
}

static struct tool_pool server = { .prefix = "nbd", .prepare = prepare };

/* Make a connection for one more export.  WHAT is named in messages.  ALONE:
 * this is the first one, for which the wait has no limit. */
static enum tool_outcome
connect_one (const char *what, bool alone, struct nbd_handle **made)
{
  char *why;
  enum tool_outcome r =
    tool_pool_try (&server, alone ? -1 : server.patience_ms, made, &why);
  /* The handle may have started the server. */
  if (*made && !tool_can_reconnect (&server.at))
    server_watch (*made);
  if (r == TOOL_CONNECTED)
    return r;
  tool_error (
    "%s: %s", what,
    r == TOOL_SILENT
      ? "the server does not answer another connection; it may serve "
        "one client at a time"
      : why);
  free (why);
  return r;
}

/* Open an export on a connection that is negotiating. */
static bool
open_on (struct nbd_handle *h, const char *export)
{
  if (nbd_set_export_name (h, export) == 0 && tool_opt_go (h) == 0)
    return true;
  char *name = tool_quoted (export);
  tool_error ("%s: %s", name, tool_nbd_error ());
  free (name);
  return false;
}

/* Set what the server says of the export, within the limits of this
 * program. */
static void
take_facts (struct disk *disk, struct nbd_handle *h)
{
  struct tool_export export = tool_export_of (h);
  if (export.size == -1)
    tool_nbd_fail (disk->name);
  disk->size = export.size;
  disk->minimum = export.minimum;
  /* Requests are for whole blocks. */
  uint64_t rest = disk->size % disk->minimum;
  if (rest > 0)
    tool_error ("%s: the last %" PRIu64 " bytes cannot be read or written: "
                "the server takes only whole blocks of %" PRIu64 " bytes",
                disk->name, rest, disk->minimum);
  disk->size -= rest;
  disk->preferred = export.preferred;
  disk->maximum = export.maximum;
  if (disk->maximum > MAX_PAYLOAD)
    disk->maximum = MAX_PAYLOAD;
  if (disk->maximum < disk->minimum)
    disk->maximum = disk->minimum;
  disk->maximum -= disk->maximum % disk->minimum;
  disk->read_only = options.read_only || export.read_only;
  disk->can_flush = export.flush;
  disk->can_trim = export.trim;
  disk->can_zero = export.zero;
  disk->can_map = export.map;
  disk->extended = export.extended;
}

/* Whether the handle can have several connections, reconnect, or has
 * timeouts.  Then its descriptor stays the same, and is not a socket. */
static bool
is_lasting (struct nbd_handle *h)
{
  return nbd_get_connections (h) > 1 || nbd_get_reconnect_timeout (h) != 0
         || nbd_get_connect_timeout (h) != 0
         || nbd_get_command_timeout (h) != 0
         || nbd_get_stall_timeout (h) != 0;
}

/* Set up DISK, whose export was opened with this handle. */
static void
disk_start (struct disk *disk, struct nbd_handle *h)
{
  take_facts (disk, h);
  disk->h = h;
  disk->fd = nbd_aio_get_fd (h);
  disk->lasting = is_lasting (h);
  if (disk->fd == -1)
    tool_nbd_fail (disk->name);
  disk->ranges_end = &disk->ranges;
  disk->held_end = &disk->held;
  clock_gettime (CLOCK_REALTIME, &disk->modified);
  /* A given socket cannot be connected again. */
  outage_of (disk, server.at.transport != TOOL_FD);
  debug ("%s: connections=%" PRIu32, disk->name,
         nbd_can_multi_conn (h) == 1 ? (uint32_t) nbd_get_connections (h)
                                     : 1);
}

/* Raise the limit of file descriptors, if COUNT exports with EACH descriptors
 * need that; fail if the hard limit is too low. */
static void
need_descriptors (size_t count, unsigned each)
{
  struct rlimit limit;
  rlim_t need = count * each + SPARE_DESCRIPTORS;
  if (getrlimit (RLIMIT_NOFILE, &limit) == -1 || limit.rlim_cur >= need)
    return;
  limit.rlim_cur = limit.rlim_max < need ? limit.rlim_max : need;
  if (setrlimit (RLIMIT_NOFILE, &limit) == -1 || limit.rlim_cur < need)
    tool_fail (
      "%s: the server has %zu exports, and each needs %u file "
      "descriptor%s, but this process may open %ju files: raise that "
      "limit (ulimit -n), or mount single exports",
      server.at.name, count, each, each == 1 ? "" : "s",
      (uintmax_t) limit.rlim_cur);
}

/* How many descriptors an export like that of H needs: its sockets, the epoll
 * and timer descriptors of the handle, and for each connection a descriptor to
 * watch the process of the server. */
static unsigned
descriptors_of (struct nbd_handle *h)
{
  return is_lasting (h)
           ? LASTING_DESCRIPTORS + 2 * (unsigned) nbd_get_connections (h)
           : 1;
}

/* Open one export after the other, the first one on the connection H, which is
 * negotiating, and further ones on further connections.  A connection on which
 * opening was refused is used again.  So a server that serves one client at a
 * time can show a single export. */
static void
open_each (struct nbd_handle *h, struct export_name *names, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    enum tool_outcome r = TOOL_CONNECTED;
    if (h == NULL)
      r = connect_one (names[i].file, nr_disks == 0, &h);
    if (r == TOOL_SILENT)
      tool_fail ("%s: --exports needs a connection for each of %zu exports; "
                 "name one in the URI to mount only that",
                 server.at.name, count);
    if (r == TOOL_CONNECTED && open_on (h, names[i].name)) {
      struct disk *disk = &disks[nr_disks++];
      disk->name = names[i].file;
      disk->export = names[i].name;
      disk->ino = FUSE_ROOT_ID + nr_disks;
      disk_start (disk, h);
      h = NULL;
      continue;
    }
    /* The export cannot be opened; a message was printed. */
    free (names[i].file);
    free (names[i].name);
    if (r == TOOL_CONNECTED && nbd_aio_is_negotiating (h) != 1) {
      tool_close (h);
      h = NULL;
    }
  }
  if (h)
    tool_close (h);
}

static void
open_exports (void)
{
  struct nbd_handle *h;
  size_t count;
  if (connect_one (server.at.name, true, &h) != TOOL_CONNECTED)
    exit (EXIT_FAILURE);
  struct export_name *names = exports_list (h, server.at.name, &count);
  need_descriptors (count, descriptors_of (h));
  exports_name_files (names, count);
  disks = tool_alloc (count * sizeof *disks);
  open_each (h, names, count);
  free (names);
  if (nr_disks == 0)
    exit (EXIT_FAILURE);
}

static void
open_export (void)
{
  struct nbd_handle *h;
  if (connect_one (server.at.name, true, &h) != TOOL_CONNECTED)
    exit (EXIT_FAILURE);
  disks = tool_alloc (sizeof *disks);
  disks->name = options.filename ? options.filename : options.mountpoint;
  disks->ino = options.filename ? FUSE_ROOT_ID + 1 : FUSE_ROOT_ID;
  disk_start (disks, h);
  nr_disks = 1;
}

void
disk_open_all (const struct tool_endpoint *endpoint)
{
  server.at = *endpoint;
  /* When the tool ends, it still has to send what was written. */
  server.at.is_shielded = true;
  outage_name (endpoint->name);
  tool_takes_events ();
  tool_default_connections (options.exports ? 1 : DEFAULT_CONNECTIONS);
  if (options.exports)
    open_exports ();
  else
    open_export ();
}
