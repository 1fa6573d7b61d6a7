/* SPDX-License-Identifier: MIT */
/* Functions for all inputs. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "source/internal.h"
#include "tool.h"

void *
input_new (size_t size, const struct input_ops *ops, const char *name, int fd)
{
  struct input *in = tool_alloc (size);

  in->ops = ops;
  in->name = name;
  in->fd = fd;
  in->size = UNKNOWN;
  in->stop_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (in->stop_fd != -1)
    return in;
  free (in);
  return NULL;
}

void
input_done (struct input *in)
{
  close (in->stop_fd);
  free (in);
}

ssize_t
input_canceled (void)
{
  errno = ECANCELED;
  return -1;
}

ssize_t
input_read (struct input *in, void *buffer, size_t length, uint64_t offset,
            char **why)
{
  *why = NULL;
  if (in->stopped)
    return input_canceled ();
  if (!in->in_order && in->size != UNKNOWN) {
    if (offset >= in->size)
      return 0;
    length = MIN (length, in->size - offset);
  }
  return in->ops->read (in, buffer, length, offset, why);
}

void
input_stop (struct input *in)
{
  uint64_t one = 1;

  in->stopped = true;
  /* The write can only fail if the counter is full; then STOP_FD is readable
   * anyway. */
  if (write (in->stop_fd, &one, sizeof one) == -1)
    return;
}

void
input_free (struct input *in)
{
  if (in != NULL)
    in->ops->free (in);
}
