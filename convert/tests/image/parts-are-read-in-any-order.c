/* SPDX-License-Identifier: MIT */
/* Several readers get the right data from parts of all sizes, wherever their
 * reads begin and end, and however little memory is allowed. */
#include "fake.h"

#define MIB (UINT64_C (1) << 20)
#define READERS 4

static const struct {
  const char *name;
  uint64_t sizes[4];
  size_t nr_sizes;
  uint64_t count, memory;
} rows[] = {
  { "one part", { 700001 }, 1, 1, 0 },
  { "large parts", { MIB }, 1, 8, 3 * MIB },
  { "memory for one", { MIB }, 1, 4, MIB },
  { "a short part now and then", { MIB, MIB, 17 }, 3, 9, 2 * MIB },
  { "parts of one byte", { 1 }, 1, 300000, MIB },
  { "nothing between", { 0, 5000, 0, 3 }, 4, 3000, 0 },
  { "small and large", { 64 << 10, 900000, 1, 300000 }, 4, 20, 2 * MIB },
};

struct reader {
  pthread_t thread;
  struct image *image;
  uint64_t seed;
};

static uint64_t
draw (struct reader *r, uint64_t limit)
{
  r->seed = r->seed * UINT64_C (6364136223846793005) + 1442695040888963407;
  return (r->seed >> 33) % limit;
}

static void
read_at (struct reader *r, unsigned char *buffer, uint64_t length,
         uint64_t offset)
{
  char *why;

  if (image_pread (r->image, buffer, length, offset, &why) == -1)
    FAIL ("%s", why);
  check_disk (buffer, offset, length);
}

/* Read at random, and then everything in order. */
static void *
read_much (void *opaque)
{
  struct reader *r = opaque;
  uint64_t size = image_size (r->image), step = 100000 + draw (r, 400000);
  unsigned char *buffer = malloc (2 * MIB);

  for (int i = 0; i < 12; i++) {
    uint64_t offset = draw (r, size);
    uint64_t most = size - offset < 2 * MIB ? size - offset : 2 * MIB;
    read_at (r, buffer, draw (r, 2) ? most : draw (r, most + 1), offset);
  }
  for (uint64_t at = 0; at < size; at += step)
    read_at (r, buffer, size - at < step ? size - at : step, at);
  free (buffer);
  return NULL;
}

static void
run (size_t row)
{
  struct input *in = fake_input (MIB);
  struct image_settings settings = {
    .threads = 3,
    .memory = rows[row].memory,
  };
  struct parts parts = { .count = 0 };
  struct reader readers[READERS];
  char c, *why;

  fake_reset ();
  fake_parts (&parts, rows[row].sizes, rows[row].nr_sizes, rows[row].count);
  uint64_t size = parts.size;
  CHECK (image_has_room (&parts, &settings));
  struct image *image = image_of_parts (in, &fake_codec, &parts, &settings);
  CHECK (image != NULL && parts.list == NULL);
  CHECK (image_size (image) == size && !image_is_in_order (image));
  for (int i = 0; i < READERS; i++) {
    readers[i] = (struct reader) { .image = image, .seed = i };
    pthread_create (&readers[i].thread, NULL, read_much, &readers[i]);
  }
  for (int i = 0; i < READERS; i++)
    pthread_join (readers[i].thread, NULL);
  CHECK (image_pread (image, &c, 1, size, &why) == -1);
  CHECK (errno == EINVAL);
  free (why);
  image_free (image);
  input_free (in);
}

void
test (void)
{
  RUN_ROWS (rows, run);
}
