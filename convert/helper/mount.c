/* SPDX-License-Identifier: MIT */
/* Mount an export as a file, for programs that cannot use NBD, with nbdfuse,
 * which is installed in our directory.
 *
 * It is mounted on a file in the temporary directory, where no other user
 * sees it.  If we are killed nbdfuse gets SIGTERM, so that it can unmount. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/helper.h"
#include "helper/internal.h"
#include "helper/words.h"
#include "tool.h"

#define PROGRAM "nbdfuse"
#define DEVICE "/dev/fuse"
/* nbdfuse writes its process number there when the mount is ready. */
#define READY "/dev/stdout"

/* The path of nbdfuse, to be freed; NULL: not installed. */
static char *
find_program (void)
{
  char path[PATH_MAX];
  ssize_t n = readlink ("/proc/self/exe", path, sizeof path);
  const char *slash = n > 0 ? memrchr (path, '/', n) : NULL;
  char *beside = NULL, *found = NULL;

  if (slash != NULL)
    beside = tool_format ("%.*s/%s", (int) (slash - path), path, PROGRAM);
  if (beside != NULL)
    found = spawn_find (beside);
  free (beside);
  return found ? found : spawn_find (PROGRAM);
}

bool
helper_can_mount (char **why)
{
  char *program = find_program ();
  bool can = program != NULL && access (DEVICE, R_OK | W_OK) == 0
             && (geteuid () == 0 || helper_exists ("fusermount3"));

  if (program == NULL)
    *why = tool_format ("%s is not installed; it comes with nbdconvert",
                        PROGRAM);
  else if (access (DEVICE, R_OK | W_OK) == -1)
    *why = tool_format ("%s: %m; it is needed to mount an export as a file",
                        DEVICE);
  else if (!can)
    *why =
      tool_format ("fusermount3 is not installed; users other than root need "
                   "it to mount; it is in the package fuse3");
  free (program);
  return can;
}

/* Pass on the user's options about staying connected. */
static void
add_options (struct words *w)
{
  static const struct {
    int id;
    const char *name;
  } options[] = {
    { TOOL_COMMAND_TIMEOUT, "command-timeout" },
    { TOOL_CONNECT_TIMEOUT, "connect-timeout" },
    { TOOL_RECONNECT_TIMEOUT, "reconnect-timeout" },
    { TOOL_STALL_TIMEOUT, "stall-timeout" },
  };

  for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
    const char *value = tool_staying_value (options[i].id);
    if (value != NULL)
      words_format (w, "--%s=%s", options[i].name, value);
  }
}

/* The words and those of the server, of which there may be any number; to be
 * freed. */
static const char **
with_server (const struct words *w, const struct tool_endpoint *at)
{
  size_t n = 0, count = w->count;

  while (at->words[n] != NULL)
    n++;
  const char **all = tool_alloc ((count + n + 2) * sizeof *all);
  memcpy (all, w->list, count * sizeof *all);
  all[count++] = at->transport == TOOL_UNIX         ? "--unix"
                 : at->transport == TOOL_ACTIVATION ? "--socket-activation"
                                                    : "--uri";
  memcpy (all + count, at->words, n * sizeof *all);
  return all;
}

/* Wait for the helper's first output.  Returns false if it ends before. */
static bool
is_ready (int fd)
{
  struct pollfd p[2] = { { .fd = fd, .events = POLLIN },
                         { .fd = tool_signal_fd (), .events = POLLIN } };
  ssize_t n;
  char c;

  do {
    tool_check_signal ();
    if (poll (p, 2, -1) == -1)
      p[0].revents = 0;
  } while (p[0].revents == 0);
  do
    n = read (fd, &c, 1);
  while (n == -1 && errno == EINTR);
  return n == 1;
}

static int
make_mount_point (const char *file, char **why)
{
  int fd = open (file, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (fd == -1)
    *why = tool_format ("cannot make %s: %m", file);
  else
    close (fd);
  return fd == -1 ? -1 : 0;
}

static struct helper *
mount_with (const char *program, const struct tool_endpoint *at,
            const char *file, char **why)
{
  struct words w = { .count = 0 };
  int fd;

  words_add (&w, program);
  words_add (&w, "--pidfile=" READY);
  add_options (&w);
  words_add (&w, file);
  const char **all = with_server (&w, at);
  struct spawn s = spawn_words (all);
  s.tidies_up = true;
  struct helper *h = helper_start_with_pipe (s, &fd, why);
  if (h != NULL && !is_ready (fd)) {
    *why = helper_said (h);
    if (*why == NULL)
      *why = tool_format ("%s: it cannot mount", PROGRAM);
    helper_end (h, NULL);
    close (fd);
    h = NULL;
  }
  else if (h != NULL)
    close (fd);
  free (all);
  words_free (&w);
  return h;
}

struct helper *
helper_mount (const struct tool_endpoint *at, char **file, char **why)
{
  struct helper *h = NULL;

  if (!helper_can_mount (why))
    return NULL;
  char *program = find_program ();
  *file = helper_path ("disk");
  if (make_mount_point (*file, why) == 0)
    h = mount_with (program, at, *file, why);
  free (program);
  if (h == NULL) {
    free (*file);
    *file = NULL;
  }
  return h;
}
