/* SPDX-License-Identifier: MIT */
/* Run nbdconvert's functions for file systems, for tests in shell:
 *
 *   file-system look FILE START LENGTH    print what it is, and what grows it
 *   file-system grow FILE START LENGTH    grow it to this length
 *   file-system served START LENGTH SERVER...
 *   file-system can [served]
 *
 * Errors are printed to standard error, with status 1. */
#include <config.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disks.h"
#include "grow/file-system.h"

static char *why;

static int
look (int fd, char **words)
{
  off_t size = lseek (fd, 0, SEEK_END);
  struct file_disk disk = disk_of_file (fd, size);
  struct file_system f;

  if (file_system_look (&disk.d, strtoull (words[0], NULL, 10),
                        strtoull (words[1], NULL, 10), &f, &why)
      == -1)
    return -1;
  printf ("%s%s%s%s\n", f.name ? f.name : "nothing that is known",
          f.grows ? " grows" : "", f.advice ? ": " : "",
          f.advice ? f.advice : "");
  return 0;
}

static int
grow_served (char **words)
{
  struct tool_endpoint at;
  uint64_t start = strtoull (words[0], NULL, 10),
           length = strtoull (words[1], NULL, 10);

  tool_only_endpoint (words + 2, &at);
  return file_system_grow_served (&at, start, length, &why);
}

static int
carry_out (const char *what, char **words)
{
  if (strcmp (what, "can") == 0)
    return file_system_can_grow (words[0] != NULL, &why);
  if (strcmp (what, "served") == 0)
    return grow_served (words);
  bool grows = strcmp (what, "grow") == 0;
  /* Destinations are opened like this.  For a file O_EXCL has no effect. */
  int fd = open (words[0], O_CLOEXEC | (grows ? O_RDWR | O_EXCL : O_RDONLY));
  if (fd == -1)
    tool_fail ("%s: %m", words[0]);
  if (grows)
    return file_system_grow (fd, strtoull (words[1], NULL, 10),
                             strtoull (words[2], NULL, 10), &why);
  return look (fd, words + 1);
}

int
main (int argc, char **argv)
{
  static const struct tool_option options[] = { { .id = 0 } };
  static const struct tool tool = { .name = "file-system",
                                    .options = options };

  tool_start (&tool, 1, argv);
  tool_catch_signals ();
  if (argc < 2)
    tool_fail ("what?");
  if (carry_out (argv[1], argv + 2) == -1) {
    tool_check_signal ();
    tool_fail ("%s", why);
  }
  tool_finish (0);
}
