/* SPDX-License-Identifier: MIT */
/* A copy of an image of parts is resumed after a failure, without decoding
 * again the parts that were copied.  It is not resumed if the compressed file
 * has another size. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "engine/engine.h"
#include "fake.h"

#define PART (UINT64_C (1) << 20)
#define COUNT 32
#define BROKEN 24

static char said[300];
static char directory[] = "/tmp/causeway-resume-XXXXXX";
static char disk[60], journal[60];

static void
hear (void *opaque, const char *text)
{
  (void) opaque;
  snprintf (said, sizeof said, "%s", text);
}

static void
tick (void *opaque)
{
  (void) opaque;
}

/* Copy, with one part broken or without. */
static int
copy (uint64_t stored, bool broken)
{
  struct image_settings settings = { .threads = 1 };
  struct parts parts = { .count = 0 };
  struct input *in = fake_input (stored);
  struct copy_settings wanted = copy_usual_settings;
  struct copy_events events = {
    .message = hear,
    .tick = tick,
    .tick_ms = -1,
    .wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK),
  };
  uint64_t size = PART;
  int fd = open (disk, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  fake_reset ();
  fake_parts (&parts, &size, 1, COUNT);
  parts.list[BROKEN].kind = broken ? FAKE_BROKEN : FAKE_GOOD;
  struct image *image = image_of_parts (in, &fake_codec, &parts, &settings);
  wanted.resume = journal;
  wanted.checkpoint = 2 * PART;
  wanted.threads = wanted.requests = 1;
  said[0] = 0;
  struct copy *c = copy_new (&wanted, &events);
  int r = copy_between (c, image_endpoint (c, image),
                        file_open (c, fd, disk, false));
  if (r == 0)
    r = copy_connect (c);
  if (r == 0)
    r = copy_prepare (c);
  if (r == 0)
    r = copy_run (c);
  image_stop (image);
  copy_end (c, r == 0);
  copy_free (c);
  image_free (image);
  input_free (in);
  close (fd);
  close (events.wake_fd);
  return r;
}

static void
check_copy (void)
{
  unsigned char *data = malloc (COUNT * PART);
  int fd = open (disk, O_RDONLY | O_CLOEXEC);

  CHECK_INT (read (fd, data, COUNT * PART), COUNT * PART);
  check_disk (data, 0, COUNT * PART);
  close (fd);
  free (data);
}

void
test (void)
{
  CHECK (mkdtemp (directory) != NULL);
  snprintf (disk, sizeof disk, "%s/disk", directory);
  snprintf (journal, sizeof journal, "%s/journal", directory);
  CHECK_INT (copy (1000, true), -1);
  CHECK_CONTAINS (said, "the part is broken");
  CHECK_INT (copy (1001, false), -1);
  CHECK_CONTAINS (said, "is of another source");
  CHECK_INT (copy (1000, false), 0);
  CHECK_STRING (said, "");
  /* Parts that were flushed before are not decoded again. */
  CHECK (fake.begun < COUNT);
  CHECK (access (journal, F_OK) == -1);
  check_copy ();
  unlink (disk);
  rmdir (directory);
}
