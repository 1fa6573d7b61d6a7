/* SPDX-License-Identifier: MIT */
/* If a reader reads in order, all threads decode ahead, as far as memory
 * allows.  If a reader reads at random, only what it reads is decoded. */
#include "fake.h"

#define PART (UINT64_C (1) << 20)
#define COUNT 64
#define THREADS 3

static struct image *
make (struct input *in, uint64_t memory)
{
  struct image_settings settings = { .threads = THREADS, .memory = memory };
  struct parts parts = { .count = 0 };
  uint64_t size = PART;

  fake_reset ();
  fake_parts (&parts, &size, 1, COUNT);
  return image_of_parts (in, &fake_codec, &parts, &settings);
}

static void
read_byte (struct image *image, uint64_t part)
{
  char c, *why;

  CHECK_INT (image_pread (image, &c, 1, part * PART, &why), 0);
  check_disk (&c, part * PART, 1);
}

static void
in_order (void)
{
  struct input *in = fake_input (COUNT);
  struct image *image = make (in, 64 * PART);

  read_byte (image, 0);
  fake_await_decoded (1 + THREADS + 2);
  for (unsigned i = 1; i < COUNT; i++)
    read_byte (image, i);
  image_free (image);
  CHECK_INT (fake.decoded, COUNT);
  input_free (in);
}

static void
here_and_there (void)
{
  struct input *in = fake_input (COUNT);
  struct image *image = make (in, 64 * PART);

  for (unsigned i = COUNT - 1; i > 1; i -= 2)
    read_byte (image, i);
  image_free (image);
  CHECK_INT (fake.decoded, COUNT / 2 - 1);
  input_free (in);
}

/* Reading the next part may be chance, so one more part is decoded then, and
 * twice as many each time that reading goes on. */
static void
further_each_time (void)
{
  struct input *in = fake_input (COUNT);
  struct image *image = make (in, 64 * PART);

  read_byte (image, 1);
  fake_await_decoded (2);
  read_byte (image, 20);
  read_byte (image, 30);
  image_free (image);
  CHECK_INT (fake.decoded, 4);

  image = make (in, 64 * PART);
  read_byte (image, COUNT - 1);
  read_byte (image, 1);
  fake_await_decoded (3);
  read_byte (image, 2);
  fake_await_decoded (5);
  image_free (image);
  CHECK_INT (fake.decoded, 5);
  input_free (in);
}

static void
without_memory (void)
{
  struct input *in = fake_input (COUNT);
  struct image *image = make (in, 2 * PART);

  for (unsigned i = 0; i < COUNT; i++)
    read_byte (image, i);
  image_free (image);
  CHECK_INT (fake.decoded, COUNT);
  input_free (in);
}

static void
too_large (void)
{
  struct image_settings settings = { .memory = PART - 1 };
  struct parts parts = { .count = 0 };
  uint64_t size = PART;
  struct input *in = fake_input (COUNT);
  char c, *why;

  fake_parts (&parts, &size, 1, 1);
  CHECK (!image_has_room (&parts, &settings));
  struct image *image = image_of_parts (in, &fake_codec, &parts, &settings);
  CHECK_INT (image_pread (image, &c, 1, 0, &why), -1);
  CHECK_INT (errno, ENOMEM);
  CHECK_CONTAINS (why, "no memory for its largest part");
  free (why);
  image_free (image);
  input_free (in);
}

void
test (void)
{
  in_order ();
  here_and_there ();
  further_each_time ();
  without_memory ();
  too_large ();
}
