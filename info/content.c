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
#define ANSWER_BYTES 4096

extern char **environ;

/* Put the beginning of the export into a file in memory. */
static int
copy_beginning (struct nbd_handle *h)
{
  char data[PROBE_BYTES];
  int64_t size = nbd_get_size (h);
  if (size == -1)
    return -1;
  size_t count = size < PROBE_BYTES ? size : PROBE_BYTES;
  if (count > 0 && nbd_pread (h, data, count, 0, 0) == -1) {
    tool_check_signal ();
    return -1;
  }
  int fd = memfd_create ("nbdinfo", MFD_CLOEXEC);
  if (fd == -1)
    return -1;
  if (pwrite (fd, data, count, 0) != (ssize_t) count) {
    close (fd);
    return -1;
  }
  return fd;
}

/* Start file(1) on INPUT.  What it says can be read from *OUTPUT. */
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

char *
probe_content (struct nbd_handle *h)
{
  int input = copy_beginning (h), output;
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
         && (n = read (output, answer + length,
                       sizeof answer - 1 - length)) > 0)
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
