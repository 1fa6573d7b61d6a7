/* SPDX-License-Identifier: MIT */
/* Data that is decoded in order arrives in order and complete, until its end
 * or an error, with reads of any length.  The head can be read before. */
#include "fake.h"

#define SIZE (UINT64_C (9000001))

static struct image *
make (struct input **in, uint64_t size, uint64_t broken_at)
{
  struct image_settings settings = { .threads = 1 };

  fake_reset ();
  fake.size = size;
  fake.broken_at = broken_at;
  fake.most = 70000;
  *in = fake_input (3 << 20);
  struct image *image = image_in_order (*in, &fake_codec, &settings);
  CHECK (image != NULL && image_is_in_order (image));
  CHECK (image_size (image) == UNKNOWN);
  return image;
}

static void
end (struct image *image, struct input *in)
{
  image_free (image);
  CHECK_INT (fake.ended, 1);
  input_free (in);
}

/* ---- one read at a time ---- */

static void
came (struct image_read *r)
{
  pthread_mutex_lock (&fake.lock);
  r->opaque = NULL;
  pthread_cond_broadcast (&fake.changed);
  pthread_mutex_unlock (&fake.lock);
}

static void
await (struct image_read *r)
{
  pthread_mutex_lock (&fake.lock);
  while (r->opaque != NULL)
    pthread_cond_wait (&fake.changed, &fake.lock);
  pthread_mutex_unlock (&fake.lock);
}

static void
start (struct image *image, struct image_read *r, void *buffer,
       uint64_t length, uint64_t offset)
{
  *r = (struct image_read) {
    .buffer = buffer,
    .length = length,
    .offset = offset,
    .done = came,
    .opaque = r,
  };
  image_read (image, r);
}

/* Reads of many lengths.  Returns where they ended. */
static uint64_t
read_all (struct image *image, struct image_read *r, uint64_t at)
{
  unsigned char *buffer = malloc (3 << 20);
  uint64_t length = 1;

  do {
    start (image, r, buffer, length, at);
    await (r);
    if (r->error == 0)
      check_disk (buffer, at, r->length);
    CHECK (r->error != 0 || r->length == length || r->ended);
    at += r->length;
    length = length * 3 % (3 << 20) + 1;
  } while (r->error == 0 && !r->ended);
  free (buffer);
  return at;
}

static void
whole (uint64_t size)
{
  struct input *in;
  struct image *image = make (&in, size, UNKNOWN);
  struct image_read r;
  char c;

  CHECK_INT (read_all (image, &r, 0), size);
  CHECK_INT (r.error, 0);
  start (image, &r, &c, 1, SIZE + 1);
  await (&r);
  CHECK_INT (r.error, ESPIPE);
  end (image, in);
}

static void
broken (uint64_t at)
{
  struct input *in;
  struct image *image = make (&in, SIZE, at);
  struct image_read r;

  CHECK (read_all (image, &r, 0) <= at);
  CHECK_INT (r.error, EIO);
  CHECK_STRING (r.why, "the stream is broken");
  end (image, in);
}

/* ---- many at once ---- */

static void
many (void)
{
  static unsigned char buffers[64][50000];
  static struct image_read reads[64];
  struct input *in;
  struct image *image = make (&in, SIZE, UNKNOWN);

  for (int i = 0; i < 64; i++)
    start (image, &reads[i], buffers[i], 50000, i * UINT64_C (50000));
  for (int i = 0; i < 64; i++) {
    await (&reads[i]);
    CHECK (reads[i].error == 0 && reads[i].length == 50000);
    check_disk (buffers[i], i * UINT64_C (50000), 50000);
  }
  end (image, in);
}

/* ---- the head ---- */

static void
head (void)
{
  struct input *in;
  struct image *image = make (&in, SIZE, UNKNOWN);
  unsigned char *buffer = malloc (INPUT_HEAD);
  struct image_read r;
  char *why;

  CHECK_INT (image_pread (image, buffer, 512, 1024, &why), 0);
  check_disk (buffer, 1024, 512);
  CHECK_INT (image_head (image, buffer, INPUT_HEAD, &why), INPUT_HEAD);
  check_disk (buffer, 0, INPUT_HEAD);
  CHECK_INT (image_pread (image, buffer, 2, INPUT_HEAD - 1, &why), -1);
  free (why);
  CHECK_INT (read_all (image, &r, 0), SIZE);
  CHECK_INT (image_pread (image, buffer, 512, 0, &why), 0);
  free (buffer);
  end (image, in);
}

static void
short_head (void)
{
  struct input *in;
  struct image *image = make (&in, SIZE, 1000);
  char buffer[1001], *why;

  CHECK_INT (image_pread (image, buffer, 1000, 0, &why), 0);
  check_disk (buffer, 0, 1000);
  CHECK_INT (image_head (image, buffer, 1001, &why), -1);
  CHECK_STRING (why, "the stream is broken");
  free (why);
  end (image, in);
  image = make (&in, 1000, UNKNOWN);
  CHECK_INT (image_head (image, buffer, 1001, &why), 1000);
  CHECK_INT (image_pread (image, buffer, 1, 1000, &why), -1);
  CHECK_CONTAINS (why, "ends after 1000 bytes");
  free (why);
  end (image, in);
}

void
test (void)
{
  whole (SIZE);
  whole (1);
  whole (0);
  broken (0);
  broken (1);
  broken (SIZE / 2);
  broken (SIZE - 1);
  many ();
  head ();
  short_head ();
}
