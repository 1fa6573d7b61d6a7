/* SPDX-License-Identifier: MIT */
/* The options of libfuse, mounting and unmounting. */
#include <config.h>

#include <errno.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nbdfuse.h"

/* So much is read ahead: one request is copied while the next is served. */
#define READ_AHEAD (2 * MAX_PAYLOAD)

/* Options of libfuse's other interface that people pass; those that ask for
 * what we do anyway, or for what makes no difference, are dropped. */
#define NUMBER(name, format, member) \
  { name format, offsetof (struct options, member), 0 }
#define SWITCH(name, member) { name, offsetof (struct options, member), 1 }
#define DROPPED(name) FUSE_OPT_KEY (name, FUSE_OPT_KEY_DISCARD)
static const struct fuse_opt known[] = {
  NUMBER ("uid=", "%u", uid),
  NUMBER ("gid=", "%u", gid),
  NUMBER ("attr_timeout=", "%lf", attr_timeout),
  NUMBER ("entry_timeout=", "%lf", entry_timeout),
  SWITCH ("kernel_cache", kernel_cache),
  SWITCH ("direct_io", direct_io),
  SWITCH ("ro", read_only_mount),
  DROPPED ("ac_attr_timeout="),
  DROPPED ("auto_cache"),
  DROPPED ("big_writes"),
  DROPPED ("clone_fd"),
  DROPPED ("hard_remove"),
  DROPPED ("intr"),
  DROPPED ("max_idle_threads="),
  DROPPED ("max_threads="),
  DROPPED ("negative_timeout="),
  DROPPED ("noforget"),
  DROPPED ("nonempty"),
  DROPPED ("readdir_ino"),
  DROPPED ("remember="),
  DROPPED ("rw"),
  DROPPED ("use_ino"),
  FUSE_OPT_END
};

void
mount_option (const char *option)
{
  if (options.fuse.argc == 0)
    fuse_opt_add_arg (&options.fuse, "nbdfuse");
  if (fuse_opt_add_arg (&options.fuse, "-o") == -1
      || fuse_opt_add_arg (&options.fuse, option) == -1)
    tool_fail ("no memory for options");
}

void
mount_options_parse (void)
{
  if (options.fuse.argc == 0)
    fuse_opt_add_arg (&options.fuse, "nbdfuse");
  if (fuse_opt_parse (&options.fuse, &options, known, NULL) == -1)
    exit (EXIT_FAILURE);
  if (options.read_only_mount)
    options.read_only = true;
}

void
mount_help (void)
{
  printf ("Options for -o:\n"
          "    uid=N, gid=N           owner of the files\n"
          "    kernel_cache           keep the page cache between opens\n"
          "    direct_io              use no page cache\n"
          "    ro                     the same as --readonly\n"
          "    attr_timeout=T         seconds that attributes are cached\n"
          "    entry_timeout=T        seconds that names are cached\n");
  fflush (stdout);
  fuse_lowlevel_help ();
}

static atomic_bool detached;
static struct fuse_session *session;

/* What is at the mount point after detaching is not ours to unmount.  To
 * destroy the session would lose its copy of the mount point, which libfuse
 * frees when it unmounts. */
void
mount_end (void)
{
  if (session == NULL)
    return;
  if (detached) {
    close (fuse_session_fd (session));
  } else {
    fuse_session_unmount (session);
    fuse_session_destroy (session);
  }
  session = NULL;
}

struct fuse_session *
mount_session (void)
{
  bool read_only = true;
  for (size_t i = 0; i < nr_disks; i++)
    read_only &= disks[i].read_only;
  if (read_only)
    mount_option ("ro");
  char *max_read = tool_format ("max_read=%d", MAX_PAYLOAD);
  mount_option (max_read);
  free (max_read);
  struct fuse_session *made = fuse_session_new (
    &options.fuse, &tree_operations, sizeof tree_operations, NULL);
  /* libfuse has told why. */
  if (made == NULL || fuse_session_mount (made, options.mountpoint) == -1)
    tool_fail ("%s: cannot mount", options.mountpoint);
  /* Whichever way we end, no dead mount stays behind. */
  session = made;
  tool_at_end (mount_end);
  return made;
}

/* Undo the escapes of a field of mountinfo. */
static void
unescape (char *field)
{
  char *to = field;
  while (*field)
    if (*field == '\\' && strlen (field) >= 4) {
      *to++ = strtol ((char[]) { field[1], field[2], field[3], 0 }, NULL, 8);
      field += 4;
    } else
      *to++ = *field++;
  *to = '\0';
}

/* The device number of our mount.  stat would ask ourselves. */
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

/* Read further ahead than the kernel's 128 KiB.  Only root may; for others
 * the default remains. */
void
mount_tune (void)
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

/* Take the mount away at once, even if files are open; these can still be
 * served. */
void
mount_detach (void)
{
  if (umount2 (options.mountpoint, MNT_DETACH | UMOUNT_NOFOLLOW) == 0) {
    detached = true;
    return;
  }
  if (errno != EPERM)
    return;
  char *const words[] = {
    "fusermount3", "-u", "-q", "-z", "--", options.mountpoint, NULL
  };
  pid_t pid;
  int status;
  if (posix_spawnp (&pid, words[0], NULL, NULL, words, environ) == 0
      && waitpid (pid, &status, 0) == pid && status == 0)
    detached = true;
}
