/* SPDX-License-Identifier: MIT */
/* Grow ext2, ext3 and ext4 with e2fsprogs.
 *
 * The disk is the standard input of these programs, and the name that they
 * are given is INPUT.  So the name of a file is never mistaken for something
 * else: the question mark in the name, which begins what e2fsprogs call I/O
 * options, is always ours.  An export is mounted as a file first.
 *
 * resize2fs gets -f, because otherwise it requires an e2fsck that has
 * recorded itself in the file system.  We run an e2fsck that writes nothing,
 * before and after, and require that it finds no errors. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk/ext.h"
#include "disk/table.h"
#include "grow/file-system.h"
#include "helper/helper.h"
#include "tool.h"

#define INPUT "/proc/self/fd/0"
/* What messages say in place of INPUT, and just as long. */
#define NAME "the file system"

int
file_system_can_grow (bool served, char **why)
{
  static const char *const programs[] = { "e2fsck", "resize2fs" };

  for (size_t i = 0; i < 2; i++)
    if (!helper_exists (programs[i]))
      return table_fault (why,
                          "%s is not installed; it is in the package "
                          "e2fsprogs",
                          programs[i]);
  if (access (INPUT, F_OK) == -1)
    return table_fault (why, "%s: %s; /proc is not mounted", INPUT,
                        strerror (errno));
  return !served || helper_can_mount (why) ? 0 : -1;
}

static void
name_it (char *text)
{
  for (char *p = text; p != NULL && (p = strstr (p, INPUT)) != NULL;)
    memcpy (p, NAME, sizeof NAME - 1);
}

/* Run one of the programs on the disk. */
static int
run (const char *const *words, int fd, struct helper_result *r, char **why)
{
  _Static_assert(sizeof NAME == sizeof INPUT, "one replaces the other");
  if (helper_run_on (words, fd, r, why) == -1)
    return -1;
  name_it (r->output);
  name_it (r->said);
  return 0;
}

/* The first line of e2fsck's output that is no heading, to be freed; or
 * NULL. */
static char *
first_finding (char *output)
{
  char *rest = NULL;

  for (char *line = strtok_r (output, "\n", &rest); line != NULL;
       line = strtok_r (NULL, "\n", &rest))
    if (strncmp (line, "Pass ", 5) != 0
        && strncmp (line, NAME, sizeof NAME - 1) != 0
        && strncmp (line, "e2fsck ", 7) != 0)
      return tool_format ("%s", line);
  return NULL;
}

/* The program's messages, without the line with its version, which always
 * comes first; to be freed. */
static char *
what_was_said (const struct helper_result *r, const char *program)
{
  char *banner = tool_format ("%s: %s ", program, program);
  const char *said = r->said ? r->said : "";

  bool has_banner = strncmp (said, banner, strlen (banner)) == 0;
  free (banner);
  if (!has_banner)
    return tool_format ("%s", said);
  const char *rest = strstr (said, "; ");
  return rest ? tool_format ("%s: %s", program, rest + 2)
              : tool_format ("%s failed, and did not say why", program);
}

/* Check that e2fsck finds no errors.  WHEN begins the message. */
static int
is_clean (const char *name, int fd, const char *when, const char *advice,
          char **why)
{
  const char *const words[] = { "e2fsck", "-fn", name, NULL };
  struct helper_result r;

  if (run (words, fd, &r, why) == -1)
    return -1;
  int clean = r.status == 0 ? 0 : -1;
  if (clean == -1) {
    char *finding = first_finding (r.output);
    if (finding == NULL)
      finding = what_was_said (&r, "e2fsck");
    *why = tool_format ("%s: %s%s", when, finding, advice);
    free (finding);
  }
  helper_result_free (&r);
  return clean;
}

static int
resize (const char *name, int fd, uint64_t length, char **why)
{
  char *size = tool_format ("%" PRIu64 "s", length / 512);
  const char *const words[] = { "resize2fs", "-f", name, size, NULL };
  struct helper_result r;
  int done = run (words, fd, &r, why);

  free (size);
  if (done == -1)
    return -1;
  if (r.status != 0) {
    *why = what_was_said (&r, "resize2fs");
    done = -1;
  }
  helper_result_free (&r);
  return done;
}

/* With -f, resize2fs would also make a file system smaller. */
static int
has_room (int fd, uint64_t start, uint64_t length, char **why)
{
  unsigned char s[EXT_SUPERBLOCK_SIZE];
  struct ext e;

  *why = NULL;
  if (pread (fd, s, sizeof s, start + EXT_SUPERBLOCK_AT) != sizeof s)
    return table_fault (why, "its superblock cannot be read");
  if (!ext_parse (&e, s))
    return table_fault (why, "there is no ext2, ext3 or ext4 in it");
  *why = ext_does_not_fit (&e, length);
  return *why == NULL ? 0 : -1;
}

/* resize2fs would cut the file behind the file system, and runs where it
 * cannot (see keep-size.c).  As there may be other partitions behind, the
 * size is checked nevertheless. */
static int
has_size (int fd, off_t size, char **why)
{
  off_t now = lseek (fd, 0, SEEK_END);

  if (now == size)
    return 0;
  return table_fault (why,
                      "resize2fs changed the size of the file to %lld bytes, "
                      "which was %lld",
                      (long long) now, (long long) size);
}

static int
grow (int fd, uint64_t start, uint64_t length, char **why)
{
  off_t size = lseek (fd, 0, SEEK_END);
  char *name = tool_format ("%s?offset=%" PRIu64, INPUT, start);
  int r = has_room (fd, start, length, why);

  if (r == 0)
    r = is_clean (name, fd, "it is not in order, so it is left as it is",
                  "; e2fsck inside the guest or on a copy mends it", why);
  if (r == 0)
    r = resize (name, fd, length, why);
  if (r == 0)
    r = has_size (fd, size, why);
  if (r == 0)
    r = is_clean (name, fd, "it was grown, but e2fsck finds", "", why);
  if (r == 0 && fsync (fd) == -1)
    r = table_fault (why, "what was written could not be made durable: %s",
                     strerror (errno));
  free (name);
  return r;
}

/* Open the device again, under the same number.  e2fsprogs open a device with
 * O_EXCL, which fails as long as we have opened it with O_EXCL ourselves. */
static int
open_again (int fd, int flags, char **why)
{
  char *name = tool_format ("/proc/self/fd/%d", fd);
  int other = open (name, O_RDWR | O_CLOEXEC | flags);
  int r = 0;

  if (other == -1 || dup3 (other, fd, O_CLOEXEC) == -1)
    r = table_fault (why, "the device cannot be opened again: %s",
                     strerror (errno));
  if (other != -1)
    close (other);
  free (name);
  return r;
}

int
file_system_grow (int fd, uint64_t start, uint64_t length, char **why)
{
  struct stat st;

  if (fstat (fd, &st) == -1 || !S_ISBLK (st.st_mode))
    return grow (fd, start, length, why);
  if (open_again (fd, 0, why) == -1 || grow (fd, start, length, why) == -1)
    return -1;
  return open_again (fd, O_EXCL, why);
}

/* ---- exports ---- */

static int mounted_fd = -1; /* the mounted file; unmounting waits until it is
                               closed */

static void
close_mounted (void)
{
  if (mounted_fd != -1)
    close (mounted_fd);
  mounted_fd = -1;
}

static int
open_mounted (const char *file, char **why)
{
  static bool begun;

  mounted_fd = open (file, O_RDWR | O_CLOEXEC);
  if (mounted_fd == -1)
    return table_fault (why, "%s: %s", file, strerror (errno));
  if (!begun)
    tool_at_end (close_mounted);
  begun = true;
  return 0;
}

/* The mounting helper may know the cause of a failure. */
static void
add_cause (struct helper *mount, char **why)
{
  char *said = helper_said (mount);

  if (said == NULL)
    return;
  char *both = tool_format ("%s; %s", *why, said);
  free (*why);
  free (said);
  *why = both;
}

int
file_system_grow_served (const struct tool_endpoint *at, uint64_t start,
                         uint64_t length, char **why)
{
  char *file;
  struct helper *mount = helper_mount (at, &file, why);

  if (mount == NULL)
    return -1;
  int r = open_mounted (file, why);
  if (r == 0)
    r = grow (mounted_fd, start, length, why);
  if (r == -1)
    add_cause (mount, why);
  close_mounted ();
  /* Everything was flushed, so how the helper ends does not matter. */
  helper_end (mount, NULL);
  free (file);
  return r;
}
