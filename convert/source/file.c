/* SPDX-License-Identifier: MIT */
/* Files and block devices as inputs. */
#include <config.h>

#include <errno.h>
#include <unistd.h>

#include "source/internal.h"
#include "tool.h"

/* A stop is noticed after at most so many bytes. */
#define PIECE (1u << 20)

static ssize_t
read_file (struct input *in, void *buffer, size_t length, uint64_t offset,
           char **why)
{
  size_t got = 0;

  while (got < length) {
    if (in->stopped)
      return input_canceled ();
    ssize_t n = pread (in->fd, (char *) buffer + got,
                       MIN (length - got, PIECE), offset + got);
    if (n == -1 && errno == EINTR)
      continue;
    if (n == -1)
      return -1;
    if (n == 0) {
      /* input_read limits reads to the size at opening, so the file has
       * shrunk. */
      *why = tool_format ("it has become shorter while it was read: nothing "
                          "is at offset %llu of %llu",
                          (unsigned long long) (offset + got),
                          (unsigned long long) in->size);
      errno = ENODATA;
      return -1;
    }
    got += n;
  }
  return got;
}

static const struct input_ops ops = {
  .read = read_file,
  .free = input_done,
};

struct input *
input_from_file (int fd, const char *name, uint64_t size)
{
  struct input *in = input_new (sizeof *in, &ops, name, fd);

  if (in != NULL)
    in->size = size;
  return in;
}
