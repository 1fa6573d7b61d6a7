/* SPDX-License-Identifier: MIT */
/* Guessing what is in an export, with file(1). */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nbdinfo.h"

#define PROBE_BYTES 8192
#define SECTOR 512
#define ANSWER_BYTES 4096

extern char **environ;

/* The beginning of an export. */
struct beginning {
  unsigned char *data;
  size_t length;
  char *error; /* why nothing could be read, or NULL */
};

/* Read the beginning in whole blocks.  If a read fails, what was read before
 * is used. */
static struct beginning
read_beginning (struct nbd_handle *h)
{
  uint64_t size = nbd_get_size (h);
  int64_t minimum = nbd_get_block_size (h, LIBNBD_SIZE_MINIMUM);
  int64_t maximum = nbd_get_block_size (h, LIBNBD_SIZE_MAXIMUM);
  size_t block = minimum > SECTOR ? minimum : SECTOR;
  size_t wanted = block > PROBE_BYTES ? block : PROBE_BYTES;
  if (wanted > size)
    wanted = size;
  size_t n = wanted;
  if (maximum > 0 && (size_t) maximum < n)
    n = maximum;
  struct beginning b = { .data = tool_alloc (wanted + 1) };

  while (b.length < wanted) {
    if (n > wanted - b.length)
      n = wanted - b.length;
    int64_t cookie = nbd_aio_pread (h, b.data + b.length, n, b.length,
                                    NBD_NULL_COMPLETION, 0);
    if (tool_await (h, cookie, "nbd_pread") == 0)
      b.length += n;
    else if (n > block && nbd_aio_is_ready (h) == 1)
      n = block;
    else
      break;
  }
  if (b.length == 0 && wanted > 0)
    b.error = library_error ();
  return b;
}

/* Make a file in memory with this content.  Return its descriptor, or -1. */
static int
make_file (const struct beginning *b)
{
  int fd = memfd_create ("nbdinfo", MFD_CLOEXEC);
  if (fd == -1)
    return -1;
  if (pwrite (fd, b->data, b->length, 0) != (ssize_t) b->length) {
    close (fd);
    return -1;
  }
  return fd;
}

/* Start file(1) with INPUT as its standard input.  Its output can be read from
 * *OUTPUT.  -1 if that is not possible. */
static pid_t
start_file (int input, int *output)
{
  static char *const words[] = { "file", "-b", "-", NULL };
  int ends[2];
  if (pipe2 (ends, O_CLOEXEC) == -1)
    return -1;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_adddup2 (&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2 (&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen (&actions, STDERR_FILENO, "/dev/null",
                                    O_WRONLY, 0);
  pid_t pid;
  int r = posix_spawnp (&pid, words[0], &actions, NULL, words, environ);
  posix_spawn_file_actions_destroy (&actions);
  close (ends[1]);
  if (r != 0) {
    close (ends[0]);
    return -1;
  }
  *output = ends[0];
  return pid;
}

/* Return what file(1) prints, to be freed; NULL if it cannot be run or
 * fails. */
static char *
ask_file (const struct beginning *b)
{
  int input = make_file (b), output;
  if (input == -1)
    return NULL;
  pid_t pid = start_file (input, &output);
  close (input);
  if (pid == -1)
    return NULL;

  char answer[ANSWER_BYTES];
  size_t length = 0;
  ssize_t n;
  while (length < sizeof answer - 1
         && (n = read (output, answer + length, sizeof answer - 1 - length))
              > 0)
    length += n;
  close (output);
  int status;
  while (waitpid (pid, &status, 0) == -1 && errno == EINTR)
    tool_check_signal ();
  answer[length] = '\0';
  answer[strcspn (answer, "\n")] = '\0';
  if (!WIFEXITED (status) || WEXITSTATUS (status) != 0 || answer[0] == '\0')
    return NULL;
  return strdup (answer);
}

void
probe_content (struct export *e, struct nbd_handle *h)
{
  struct beginning b = read_beginning (h);
  if (b.error == NULL)
    e->content = ask_file (&b);
  e->content_error = b.error;
  free (b.data);
}
