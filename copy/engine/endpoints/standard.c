/* SPDX-License-Identifier: MIT */
/* Standard input and output: a stream, or a file that they are redirected
 * to. */
#include <config.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/copy.h"

struct endpoint *
standard_open (struct copy *c, bool source)
{
  int fd = source ? STDIN_FILENO : STDOUT_FILENO;
  const char *name = source ? "standard input" : "standard output";
  struct stat st;

  if (!source && isatty (fd))
    tool_fail ("refusing to write to a terminal; redirect standard output, "
               "or name a destination");
  int access = fcntl (fd, F_GETFL) & O_ACCMODE;
  if (access == (source ? O_WRONLY : O_RDONLY))
    tool_fail ("%s: it is not open for %s", name,
               source ? "reading" : "writing");
  if (fstat (fd, &st) == -1)
    tool_fail ("%s: %m", name);
  /* Use positions in a file only if it is at its beginning: if something was
   * read or written before, the copy has to follow that. */
  if (S_ISREG (st.st_mode) && lseek (fd, 0, SEEK_CUR) == 0
      && (source || (fcntl (fd, F_GETFL) & O_APPEND) == 0))
    return file_open (c, fd, name, source);
  return stream_open (c, fd, name, source);
}
