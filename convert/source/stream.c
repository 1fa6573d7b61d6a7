/* SPDX-License-Identifier: MIT */
/* Pipes, sockets and the like as inputs, in order. */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/helper.h"
#include "source/internal.h"
#include "tool.h"

struct stream {
  struct input in;
  uint64_t at; /* bytes read so far */
  unsigned char *head;
  bool head_lost; /* something behind the head was read */
  bool ended;
  struct helper *helper; /* which writes the stream; or NULL */
};

/* Read from the head that was kept.  Returns how many bytes. */
static size_t
read_head (const struct stream *s, void *buffer, size_t length,
           uint64_t offset)
{
  size_t kept = MIN (s->at, INPUT_HEAD);

  if (s->head_lost || offset >= kept)
    return 0;
  length = MIN (length, kept - offset);
  memcpy (buffer, s->head + offset, length);
  return length;
}

static void
keep_head (struct stream *s, const void *bytes, size_t length)
{
  if (s->head_lost)
    return;
  if (s->at + length > INPUT_HEAD) {
    s->head_lost = true;
    free (s->head);
    s->head = NULL;
    return;
  }
  if (s->head == NULL)
    s->head = tool_alloc (INPUT_HEAD);
  memcpy (s->head + s->at, bytes, length);
}

/* Wait until there is something to read, or until a stop or signal. */
static int
wait_for_input (const struct stream *s)
{
  struct pollfd p[3] = {
    { .fd = s->in.fd, .events = POLLIN },
    { .fd = s->in.stop_fd, .events = POLLIN },
    { .fd = tool_signal_fd (), .events = POLLIN },
  };

  while (poll (p, 3, -1) == -1)
    if (errno != EINTR)
      return -1;
  return s->in.stopped || tool_signal != 0 ? input_canceled () : 0;
}

/* Read at least one byte, or 0 at the end. */
static ssize_t
read_more (struct stream *s, void *buffer, size_t length)
{
  for (;;) {
    if (wait_for_input (s) == -1)
      return -1;
    ssize_t n = read (s->in.fd, buffer, length);
    if (n == -1 && (errno == EINTR || errno == EAGAIN))
      continue;
    if (n > 0) {
      keep_head (s, buffer, n);
      s->at += n;
    }
    s->ended = n == 0;
    return n;
  }
}

/* Probes skip parts of the head.  Keep what is in front of OFFSET, too. */
static int
fill_head (struct stream *s, uint64_t offset)
{
  char piece[4096];

  while (offset < INPUT_HEAD && s->at < offset && !s->ended)
    if (read_more (s, piece, MIN (offset - s->at, sizeof piece)) == -1)
      return -1;
  return 0;
}

/* The stream has ended: check that it was complete. */
static int
check_end (const struct stream *s, char **why)
{
  if (s->helper != NULL && helper_check_end (s->helper, why) == -1) {
    errno = EIO;
    return -1;
  }
  if (s->in.size == UNKNOWN || s->at >= s->in.size)
    return 0;
  *why = tool_format ("it ended after %llu of %llu bytes",
                      (unsigned long long) s->at,
                      (unsigned long long) s->in.size);
  errno = ENODATA;
  return -1;
}

static ssize_t
read_stream (struct input *in, void *buffer, size_t length, uint64_t offset,
             char **why)
{
  struct stream *s = (struct stream *) in;

  if (fill_head (s, offset) == -1)
    return -1;
  size_t got = read_head (s, buffer, length, offset);
  bool behind_end = s->ended && offset > s->at;
  if (got < length && offset + got != s->at && !behind_end) {
    *why = tool_format ("it can only be read in order, not at offset %llu "
                        "after %llu bytes",
                        (unsigned long long) offset,
                        (unsigned long long) s->at);
    errno = ESPIPE;
    return -1;
  }
  while (got < length && !s->ended) {
    ssize_t n = read_more (s, (char *) buffer + got, length - got);
    if (n == -1)
      return -1;
    got += n;
  }
  if (got < length && check_end (s, why) == -1)
    return -1;
  return got;
}

static void
free_stream (struct input *in)
{
  free (((struct stream *) in)->head);
  input_done (in);
}

static const struct input_ops ops = {
  .read = read_stream,
  .free = free_stream,
};

struct input *
input_from_stream (int fd, const char *name, uint64_t size)
{
  struct stream *s = input_new (sizeof *s, &ops, name, fd);

  if (s == NULL)
    return NULL;
  s->in.size = size;
  s->in.in_order = true;
  return &s->in;
}

struct input *
input_from_helper (int fd, const char *name, struct helper *h)
{
  struct input *in = input_from_stream (fd, name, UNKNOWN);

  if (in != NULL)
    ((struct stream *) in)->helper = h;
  return in;
}
