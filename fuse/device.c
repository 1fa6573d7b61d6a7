/* SPDX-License-Identifier: MIT */
/* The FUSE device, which the kernel's requests are read from. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "device.h"
#include "disk.h"
#include "options.h"
#include "phase.h"

/* The size of the headers before the payload of a write.  They end at a page
 * boundary, so that the payload is page-aligned. */
#define HEADER 80
#define PAGE 4096
/* At most so many requests are taken before the loop handles other events. */
#define BATCH 64

static struct fuse_session *session;
/* The buffer of the request that is being dispatched, or for the next one. */
static struct buffer *current;

struct buffer *
device_take_buffer (void)
{
  struct buffer *taken = current;
  current = NULL;
  return taken;
}

bool
device_has_buffer (void)
{
  if (current == NULL)
    current = buffer_get (PAGE + MAX_PAYLOAD);
  return current != NULL;
}

void
device_prepare (void)
{
  if (!device_has_buffer ())
    tool_fail ("no memory for requests");
}

void
device_open (struct fuse_session *mounted)
{
  session = mounted;
  int fd = device_fd ();
  fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_NONBLOCK);
}

int
device_fd (void)
{
  return fuse_session_fd (session);
}

bool
device_serve (void)
{
  for (unsigned i = 0; i < BATCH && phase_now () < DRAINING; i++) {
    /* There is no memory: wait until a write gives its buffer back. */
    if (!device_has_buffer ())
      return false;
    char *start = current->data + PAGE - HEADER;
    ssize_t size = read (device_fd (), start, HEADER + MAX_PAYLOAD);
    if (size == -1) {
      /* ENOENT: the request was interrupted before it could be read. */
      if (errno == ENOENT || errno == EINTR)
        continue;
      if (errno == EAGAIN)
        break;
      if (errno != ENODEV)
        tool_error ("%s: cannot read a request from the FUSE device: %m",
                    options.mountpoint);
      phase_event (UNMOUNTED);
      break;
    }
    struct fuse_buf buffer = { .mem = start, .size = size };
    fuse_session_process_buf (session, &buffer);
    if (fuse_session_exited (session))
      phase_event (UNMOUNTED);
  }
  return true;
}
