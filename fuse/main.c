/* SPDX-License-Identifier: MIT */
/* nbdfuse: show exports of an NBD server as files.
 *
 * One thread runs one event loop over the FUSE device and the handles of all
 * exports, each with its connections.  Requests of the kernel become
 * asynchronous NBD commands, and are answered when these complete.  Nothing
 * here blocks, and nothing needs a lock. */
#include <config.h>

#include "disk.h"
#include "leave.h"
#include "loop.h"
#include "mount.h"
#include "notify.h"
#include "options.h"

int
main (int argc, char **argv)
{
  struct tool_endpoint endpoint;
  const char *mountpoint = options_take (argc, argv, &endpoint);
  mountpoint_choose (mountpoint);
  mountpoint_check_pidfile ();

  notify_prepare ();
  tool_catch_signals ();
  disk_open_all (&endpoint);
  loop_prepare ();
  tool_check_signal ();
  struct fuse_session *session = mount_session ();
  loop_run (session);
  bool good = leave_disks ();
  mount_end ();
  good &= server_close ();
  leave (good);
}
