/* SPDX-License-Identifier: MIT */
/* Find out what the source on the command line is, and open it. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/fs.h>

#include "source/source.h"

static bool
is_url (const char *word)
{
  static const char *const schemes[] = {
    "http://", "https://", "ftp://", "ftps://", "ssh://", "sftp://",
  };

  for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
    if (strncasecmp (word, schemes[i], strlen (schemes[i])) == 0)
      return true;
  return false;
}

/* ---- NBD ---- */

/* --retry sets these timeouts, if no more precise option was given. */
static int
set_patience (struct nbd_handle *h, const void *opaque)
{
  const struct source *s = opaque;

  if (s->retry_ms == 0)
    return 0;
  if (tool_can_reconnect (&s->at) && nbd_get_connect_timeout (h) == 0
      && nbd_set_connect_timeout (h, s->retry_ms) == -1)
    return -1;
  if (nbd_get_reconnect_timeout (h) == 0)
    return nbd_set_reconnect_timeout (h, s->retry_ms);
  return 0;
}

static void
connect_nbd (struct source *s)
{
  s->handle = tool_create ("source", set_patience, s);
  if (tool_connect (&s->handle, &s->at) == -1)
    tool_nbd_fail (s->name);
  if (nbd_get_size (s->handle) == -1)
    tool_nbd_fail (s->name);
  s->input = input_from_nbd (s->handle, s->name);
}

/* ---- URLs ---- */

/* Read and discard what the codec has not read, so that the helper can end. */
static void
read_rest (int fd)
{
  static char rest[64 * 1024];
  ssize_t n;

  while ((n = read (fd, rest, sizeof rest)) > 0
         || (n == -1 && errno == EINTR))
    tool_check_signal ();
}

/* A file that another program makes, as a download, grows meanwhile.  Of one
 * that became shorter, helpers read zeroes. */
static void
refuse_other_size (const struct source *s)
{
  struct stat now;

  if (s->place == AT_FILE && fstat (s->fd, &now) == 0
      && now.st_size != s->st.st_size)
    tool_fail (
      "%s: it had %lld bytes at first and has %lld now, so the result "
      "is not a copy of it; convert it when no other program writes "
      "to it",
      s->name, (long long) s->st.st_size, (long long) now.st_size);
}

void
source_end (struct source *s)
{
  char *why = NULL;

  refuse_other_size (s);
  if (s->place != AT_URL || s->by_ranges || s->helper == NULL)
    return;
  read_rest (s->fd);
  int r = helper_wait (s->helper, &why);
  s->helper = NULL;
  if (r == -1)
    tool_fail ("%s: %s", s->name, why);
}

static void
open_in_order (struct source *s)
{
  char *why = NULL;

  s->by_ranges = false;
  s->helper = helper_url_in_order (s->url, &s->fd, &why);
  if (s->helper == NULL && s->no_ranges != NULL)
    tool_fail ("%s: it cannot be read by ranges (%s) nor in order (%s)",
               s->name, s->no_ranges, why);
  if (s->helper == NULL)
    tool_fail ("%s: %s", s->name, why);
  s->input = input_from_helper (s->fd, s->name, s->helper);
}

/* Read by ranges if the server supports this, otherwise in order. */
static void
open_url (struct source *s)
{
  char *socket;

  s->helper = helper_url (s->url, &socket, &s->no_ranges);
  if (s->helper == NULL && errno != ENOTSUP && errno != ENOENT)
    tool_fail ("%s: %s", s->name, s->no_ranges);
  if (s->helper == NULL) {
    open_in_order (s);
    return;
  }
  s->by_ranges = true;
  tool_set_helper (&s->at, socket, s->name);
  connect_nbd (s);
}

/* ---- files ---- */

static uint64_t
size_of_device (int fd, const char *name)
{
  uint64_t size;

  if (ioctl (fd, BLKGETSIZE64, &size) == -1)
    tool_fail ("%s: cannot find the size of this device: %m", name);
  return size;
}

/* Whether the name refers to a descriptor of the process that uses the
 * name. */
static bool
is_of_process (const char *name)
{
  static const char *const places[] = { "/dev/std", "/dev/fd/", "/proc/" };

  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
    if (strncmp (name, places[i], strlen (places[i])) == 0)
      return true;
  return false;
}

/* Find the name by which other programs can open the source. */
static void
find_path (struct source *s)
{
  if (s->fd == STDIN_FILENO || is_of_process (s->name))
    s->path = tool_format ("/proc/%d/fd/%d", (int) getpid (), s->fd);
  else
    s->path = s->name;
}

static void
look_at_descriptor (struct source *s)
{
  find_path (s);
  if (fstat (s->fd, &s->st) == -1)
    tool_fail ("%s: %m", s->name);
  if (S_ISDIR (s->st.st_mode))
    tool_fail ("%s: this is a directory", s->name);
  if (S_ISREG (s->st.st_mode) && lseek (s->fd, 0, SEEK_CUR) == 0) {
    s->place = AT_FILE;
    s->input = input_from_file (s->fd, s->name, s->st.st_size);
  }
  else if (S_ISBLK (s->st.st_mode)) {
    s->place = AT_DEVICE;
    s->input = input_from_file (s->fd, s->name,
                                size_of_device (s->fd, s->name));
  }
  else {
    s->place = AT_STREAM;
    s->input = input_from_stream (s->fd, s->name, UNKNOWN);
  }
}

static void
open_standard_input (struct source *s)
{
  s->name = "standard input";
  s->fd = STDIN_FILENO;
  if (isatty (s->fd))
    tool_fail ("refusing to read an image from a terminal; redirect "
               "standard input, or name a source");
  if ((fcntl (s->fd, F_GETFL) & O_ACCMODE) == O_WRONLY)
    tool_fail ("%s: it is not open for reading", s->name);
  look_at_descriptor (s);
}

/* While qemu may write to a disk, it has locked this byte of the file. */
#define LOCKED_BY_WRITER 101

/* A copy of a disk that changes would have parts of different times, and a
 * qcow2 image tables that do not fit its clusters. */
static void
refuse_if_written (const struct source *s)
{
  struct flock lock = {
    .l_type = F_WRLCK,
    .l_whence = SEEK_SET,
    .l_start = LOCKED_BY_WRITER,
    .l_len = 1,
  };

  if (fcntl (s->fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK)
    tool_fail (
      "%s: a virtual machine, or another program of qemu, has opened "
      "it for writing, so the copy would be inconsistent; end it "
      "first, or let it export the disk (- reads the file from "
      "standard input anyway)",
      s->name);
}

static void
open_path (struct source *s)
{
  s->fd = open (s->name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (s->fd == -1)
    tool_fail ("%s: %m", s->name);
  look_at_descriptor (s);
  if (s->place != AT_STREAM)
    refuse_if_written (s);
}

/* ---- all sources ---- */

char *
source_identity (const struct source *s)
{
  if (s->place != AT_FILE)
    return NULL;
  return tool_format ("inode %llu:%llu size %lld changed %lld.%09ld",
                      (unsigned long long) s->st.st_dev,
                      (unsigned long long) s->st.st_ino,
                      (long long) s->st.st_size,
                      (long long) s->st.st_mtim.tv_sec,
                      s->st.st_mtim.tv_nsec);
}

void
source_close (struct source *s)
{
  if (s->input != NULL)
    input_free (s->input);
  if (s->handle != NULL)
    tool_close (s->handle);
  s->input = NULL;
  s->handle = NULL;
}

void
source_leave (struct source *s)
{
  if (s->place != AT_NBD || s->handle == NULL)
    return;
  input_free (s->input);
  s->input = NULL;
  tool_close (s->handle);
  s->handle = NULL;
}

static void
open_any (struct source *s, char ***words)
{
  if (s->name == NULL)
    tool_usage_error ("a source and a destination are needed");
  if (s->name[0] == '\0')
    tool_usage_error ("the source is an empty argument");
  if (is_url (s->name)) {
    ++*words;
    s->place = AT_URL;
    s->url = s->name;
    s->name = helper_url_name (s->url);
    open_url (s);
    return;
  }
  if (tool_take_endpoint (words, false, &s->at)) {
    s->name = s->at.name;
    s->place = AT_NBD;
    connect_nbd (s);
    return;
  }
  ++*words;
  if (strcmp (s->name, "-") == 0)
    open_standard_input (s);
  else
    open_path (s);
}

/* Without a descriptor or a thread for it there is no input. */
static void
must_have_input (const struct source *s)
{
  if (s->input == NULL)
    tool_fail ("%s: cannot begin to read it: %m", s->name);
}

void
source_open (struct source *s, char ***words, int retry_ms)
{
  *s = (struct source) { .name = **words, .fd = -1, .retry_ms = retry_ms };

  open_any (s, words);
  must_have_input (s);
}

void
source_read_in_order (struct source *s)
{
  input_free (s->input);
  tool_close (s->handle);
  s->handle = NULL;
  helper_end (s->helper, NULL);
  open_in_order (s);
  must_have_input (s);
}
