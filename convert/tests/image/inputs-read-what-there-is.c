/* SPDX-License-Identifier: MIT */
/* Several threads read files and servers at random, and one reads streams in
 * order.  Inputs report where they end, and what they cannot do. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"
#include "check.h"
#include "facts.h"
#include "ram.h"
#include "source/input.h"

#define SIZE (3u << 20)
#define THREADS 4
/* bytes behind the head and five more */
#define REST (SIZE - INPUT_HEAD - 5)

static ssize_t
pread_all (struct input *in, void *buffer, size_t length, uint64_t offset)
{
  char *why = NULL;
  ssize_t r = input_read (in, buffer, length, offset, &why);

  if (r == -1 && why != NULL)
    check_case ("%s", why);
  free (why);
  return r;
}

static void
check_pattern (const unsigned char *p, size_t length, uint64_t offset)
{
  for (size_t i = 0; i < length; i++)
    if (p[i] != pattern_at (offset + i))
      FAIL ("byte %zu at offset %llu is wrong", i,
            (unsigned long long) offset);
}

/* ---- at random ---- */

static void *
read_here_and_there (void *opaque)
{
  struct input *in = opaque;
  unsigned char *buffer = malloc (SIZE);
  uint64_t offset = 12345;

  for (int i = 0; i < 200; i++) {
    size_t length = 1 + offset % 9000;
    ssize_t r = pread_all (in, buffer, length, offset);
    CHECK (r == (ssize_t) length || r == (ssize_t) (SIZE - offset));
    check_pattern (buffer, r, offset);
    offset = (offset * 7919 + 104729) % SIZE;
  }
  CHECK_INT (pread_all (in, buffer, SIZE, 0), SIZE);
  check_pattern (buffer, SIZE, 0);
  free (buffer);
  return NULL;
}

static void
check_random (struct input *in)
{
  pthread_t threads[THREADS];
  char buffer[16];

  CHECK (in != NULL && in->size == SIZE && !in->in_order);
  for (int i = 0; i < THREADS; i++)
    pthread_create (&threads[i], NULL, read_here_and_there, in);
  for (int i = 0; i < THREADS; i++)
    pthread_join (threads[i], NULL);
  CHECK_INT (pread_all (in, buffer, 16, SIZE - 5), 5);
  CHECK_INT (pread_all (in, buffer, 16, SIZE), 0);
  CHECK_INT (pread_all (in, buffer, 16, UINT64_MAX - 5), 0);
  input_stop (in);
  CHECK_INT (pread_all (in, buffer, 16, 0), -1);
  CHECK_INT (errno, ECANCELED);
  input_free (in);
}

static void
file (void)
{
  char name[] = "/tmp/causeway-input-XXXXXX";
  int fd = mkstemp (name);
  unsigned char *data = malloc (SIZE);
  char *why, buffer[32];

  unlink (name);
  pattern_fill (data, 0, SIZE);
  CHECK (write (fd, data, SIZE) == SIZE);
  check_random (input_from_file (fd, "disk", SIZE));
  struct input *in = input_from_file (fd, "disk", SIZE);
  CHECK (ftruncate (fd, SIZE - 10) == 0);
  CHECK_INT (input_read (in, buffer, 32, SIZE - 20, &why), -1);
  CHECK_CONTAINS (why, "shorter");
  free (why);
  input_free (in);
  close (fd);
  free (data);
}

static void
server (void)
{
  struct ram ram = { .data = NULL };
  struct ram_server s = { .ram = &ram, .style = RAM_STRUCTURED };

  ram_create (&ram, SIZE);
  pattern_fill (ram.data, 0, SIZE);
  struct nbd_handle *h = ram_connect (&s);
  check_random (input_from_nbd (h, "nbd://disk"));
  /* The handle can be used again. */
  check_random (input_from_nbd (h, "nbd://disk"));
  nbd_close (h);
  ram_join (&s);
  ram_free (&ram);
}

/* ---- in order ---- */

struct writer {
  int fd;
  unsigned char *data;
};

static void *
write_all (void *opaque)
{
  struct writer *w = opaque;

  for (size_t at = 0; at < SIZE;) {
    ssize_t n = write (w->fd, w->data + at,
                       SIZE - at < 7777 ? SIZE - at : 7777);
    CHECK (n > 0);
    at += n;
  }
  close (w->fd);
  return NULL;
}

static void
read_stream (struct input *in)
{
  unsigned char *buffer = malloc (SIZE);

  CHECK (in != NULL && in->in_order);
  CHECK_INT (pread_all (in, buffer, 600, 0), 600);
  CHECK_INT (pread_all (in, buffer, 10, 7), 10);
  check_pattern (buffer, 10, 7);
  CHECK_INT (pread_all (in, buffer, 100, INPUT_HEAD - 50000), 100);
  check_pattern (buffer, 100, INPUT_HEAD - 50000);
  CHECK_INT (pread_all (in, buffer, 600, 50), 600);
  check_pattern (buffer, 600, 50);
  CHECK_INT (pread_all (in, buffer, INPUT_HEAD, 0), INPUT_HEAD);
  CHECK_INT (pread_all (in, buffer, INPUT_HEAD + 5, 0), INPUT_HEAD + 5);
  check_pattern (buffer, INPUT_HEAD + 5, 0);
  CHECK_INT (pread_all (in, buffer, 4, 0), -1);
  CHECK_INT (errno, ESPIPE);
  CHECK_INT (pread_all (in, buffer, 4, SIZE - 4), -1);
  CHECK_INT (errno, ESPIPE);
  CHECK_INT (pread_all (in, buffer, REST, INPUT_HEAD + 5), REST);
  check_pattern (buffer, REST, INPUT_HEAD + 5);
  free (buffer);
}

static void
stream (uint64_t size)
{
  int fds[2];
  pthread_t thread;
  struct writer w = { .data = malloc (SIZE) };
  char c, *why;

  CHECK (pipe (fds) == 0);
  pattern_fill (w.data, 0, SIZE);
  w.fd = fds[1];
  pthread_create (&thread, NULL, write_all, &w);
  struct input *in = input_from_stream (fds[0], "-", size);
  read_stream (in);
  pthread_join (thread, NULL);
  ssize_t r = input_read (in, &c, 1, SIZE, &why);
  CHECK_INT (r, size > SIZE && size != UNKNOWN ? -1 : 0);
  if (r == -1)
    CHECK_CONTAINS (why, "ended after");
  free (why);
  input_free (in);
  close (fds[0]);
  free (w.data);
}

static void
short_stream (void)
{
  int fds[2];
  char buffer[16];

  CHECK (pipe (fds) == 0);
  struct input *in = input_from_stream (fds[0], "-", UNKNOWN);
  CHECK (write (fds[1], "abc", 3) == 3);
  close (fds[1]);
  CHECK_INT (pread_all (in, buffer, 16, 70000), 0);
  CHECK_INT (pread_all (in, buffer, 16, 1), 2);
  CHECK_INT (pread_all (in, buffer, 16, 0), 3);
  input_free (in);
  close (fds[0]);
}

static void *
stop (void *opaque)
{
  input_stop (opaque);
  return NULL;
}

static void
stopped_stream (void)
{
  int fds[2];
  pthread_t thread;
  char buffer[16];

  CHECK (pipe (fds) == 0);
  struct input *in = input_from_stream (fds[0], "-", UNKNOWN);
  CHECK (write (fds[1], "abc", 3) == 3);
  pthread_create (&thread, NULL, stop, in);
  CHECK_INT (pread_all (in, buffer, 16, 0), -1);
  CHECK_INT (errno, ECANCELED);
  pthread_join (thread, NULL);
  input_free (in);
  close (fds[0]);
  close (fds[1]);
}

void
test (void)
{
  file ();
  server ();
  stream (UNKNOWN);
  stream (SIZE);
  stream (SIZE + 1);
  short_stream ();
  stopped_stream ();
}
