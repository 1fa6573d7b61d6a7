/* SPDX-License-Identifier: MIT */
/* Reads of a broken part fail with its error, each time and without decoding
 * it again.  The parts before and behind it can be read. */
#include "fake.h"

#define PART UINT64_C (100000)
#define COUNT 40
#define BROKEN 17

static void
fails (struct image *image, uint64_t length, uint64_t offset)
{
  char *buffer = malloc (length), *why = NULL;

  CHECK_INT (image_pread (image, buffer, length, offset, &why), -1);
  CHECK_INT (errno, EIO);
  CHECK_STRING (why, "the part is broken");
  free (why);
  free (buffer);
}

static void
succeeds (struct image *image, uint64_t length, uint64_t offset)
{
  char *buffer = malloc (length + 1), *why = NULL;

  CHECK_INT (image_pread (image, buffer, length, offset, &why), 0);
  check_disk (buffer, offset, length);
  free (buffer);
}

/* Read an image with parts of this size, of which number BROKEN is broken. */
static void
read_around (uint64_t size)
{
  struct input *in = fake_input (COUNT);
  struct image_settings settings = { .threads = 2 };
  struct parts parts = { .count = 0 };
  uint64_t start = BROKEN * size, end = start + size;

  fake_reset ();
  fake_parts (&parts, &size, 1, COUNT);
  parts.list[BROKEN].kind = FAKE_BROKEN;
  struct image *image = image_of_parts (in, &fake_codec, &parts, &settings);
  fails (image, COUNT * size, 0);
  succeeds (image, start, 0);
  succeeds (image, COUNT * size - end, end);
  CHECK_INT (fake.begun, COUNT);
  fails (image, 1, start);
  fails (image, 1, end - 1);
  fails (image, 2, start - 1);
  fails (image, 2, end - 1);
  CHECK_INT (fake.begun, COUNT);
  image_free (image);
  input_free (in);
}

void
test (void)
{
  read_around (PART);
  read_around (4 * PART);
}
