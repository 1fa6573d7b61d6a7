/* SPDX-License-Identifier: MIT */
/* Mounting and unmounting. */
#include <config.h>

#include <errno.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "disk.h"
#include "file.h"
#include "mount.h"
#include "options.h"
#include "outage.h"

/* The kernel reads two requests ahead, so that it copies one while the next one
 * is served. */
#define READ_AHEAD (2 * MAX_PAYLOAD)

static atomic_bool detached;
static struct fuse_session *session;

/* Unmount.  After detaching, another file system may be at the mount point,
 * which must not be unmounted.  Then the session is not destroyed either, since
 * without unmounting libfuse would leak its copy of the mount point. */
void
mount_end (void)
{
  if (session == NULL)
    return;
  if (detached) {
    close (fuse_session_fd (session));
  }
  else {
    fuse_session_unmount (session);
    fuse_session_destroy (session);
  }
  session = NULL;
}

/* Replace the escapes in a field of mountinfo by their characters. */
static void
unescape (char *field)
{
  char *to = field;
  while (*field)
    if (*field == '\\' && strlen (field) >= 4) {
      *to++ = strtol ((char[]) { field[1], field[2], field[3], 0 }, NULL, 8);
      field += 4;
    }
    else
      *to++ = *field++;
  *to = '\0';
}

/* Find the device number of the mount.  stat would send a request to this
 * program and wait for itself. */
static bool
find_device (unsigned *major, unsigned *minor)
{
  FILE *file = fopen ("/proc/self/mountinfo", "re");
  if (file == NULL)
    return false;
  char *line = NULL;
  size_t room = 0;
  bool found = false;
  while (getline (&line, &room, file) != -1) {
    unsigned one, other;
    char *where = NULL;
    if (sscanf (line, "%*s %*s %u:%u %*s %ms", &one, &other, &where) == 3) {
      unescape (where);
      if (strcmp (where, options.mountpoint) == 0) {
        /* The last one is on top. */
        *major = one;
        *minor = other;
        found = true;
      }
    }
    free (where);
  }
  free (line);
  fclose (file);
  return found;
}

/* Let the kernel read further ahead than its default of 128 KiB.  Only root may
 * change that. */
static void
tune (void)
{
  unsigned major, minor;
  if (!find_device (&major, &minor))
    return;
  char path[64];
  snprintf (path, sizeof path, "/sys/class/bdi/%u:%u/read_ahead_kb", major,
            minor);
  FILE *file = fopen (path, "we");
  if (file == NULL)
    return;
  fprintf (file, "%d\n", READ_AHEAD >> 10);
  debug ("read-ahead=%d KiB%s", READ_AHEAD >> 10,
         fclose (file) == 0 ? "" : " was refused");
}

/* The kernel has begun to use the file system. */
static void
announce (struct completed *completed)
{
  (void) completed;
  tune ();
  pidfile_write ();
  outage_tell_ready ();
}

/* Set options of the kernel, whose defaults suit file systems with many small
 * files. */
static void
mount_init (void *opaque, struct fuse_conn_info *connection)
{
  static struct completed completed = { .function = announce };
  (void) opaque;
  connection->want &= ~(FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE
                        | FUSE_CAP_SPLICE_MOVE | FUSE_CAP_AUTO_INVAL_DATA
                        | FUSE_CAP_ATOMIC_O_TRUNC | FUSE_CAP_READDIRPLUS
                        | FUSE_CAP_READDIRPLUS_AUTO);
  connection->max_read = MAX_PAYLOAD;
  connection->max_write = MAX_PAYLOAD;
  connection->max_background = 256;
  connection->congestion_threshold = 192;
  completed_later (&completed);
}

struct fuse_session *
mount_session (void)
{
  bool read_only = true;
  for (size_t i = 0; i < nr_disks; i++)
    read_only &= disks[i].read_only;
  if (read_only)
    options_add ("ro");
  char *max_read = tool_format ("max_read=%d", MAX_PAYLOAD);
  options_add (max_read);
  free (max_read);
  static struct fuse_lowlevel_ops operations;
  operations = tree_operations;
  operations.init = mount_init;
  struct fuse_session *made = fuse_session_new (&options.fuse, &operations,
                                                sizeof operations, NULL);
  /* libfuse has printed the reason. */
  if (made == NULL || fuse_session_mount (made, options.mountpoint) == -1)
    tool_fail ("%s: cannot mount; the message before this one says why",
               options.mountpoint);
  /* However the program ends, the mount is removed. */
  session = made;
  tool_at_end (mount_end);
  return made;
}

/* Detach the mount at once, even if files are open; requests for these are
 * still served. */
void
mount_detach (void)
{
  if (umount2 (options.mountpoint, MNT_DETACH | UMOUNT_NOFOLLOW) == 0) {
    detached = true;
    return;
  }
  if (errno != EPERM)
    return;
  char *const words[] = { "fusermount3",      "-u", "-q", "-z", "--",
                          options.mountpoint, NULL };
  pid_t pid;
  int status;
  if (posix_spawnp (&pid, words[0], NULL, NULL, words, environ) == 0
      && waitpid (pid, &status, 0) == pid && status == 0)
    detached = true;
}
