/* SPDX-License-Identifier: MIT */
/* If an image is stopped while it works, each read that was started finishes
 * exactly once, and so do reads that are started later. */
#include <unistd.h>

#include "fake.h"

#define READS 12
#define PART UINT64_C (400000)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned canceled, whole;

static struct image_read reads[READS];
static char buffers[READS][PART];

static void
came (struct image_read *r)
{
  pthread_mutex_lock (&lock);
  CHECK (r->opaque == NULL);
  r->opaque = &lock;
  CHECK (r->error == 0 || r->error == ECANCELED);
  if (r->error == 0)
    whole++;
  else
    canceled++;
  pthread_cond_signal (&changed);
  pthread_mutex_unlock (&lock);
}

static void
start (struct image *image, unsigned i)
{
  reads[i] = (struct image_read) {
    .buffer = buffers[i],
    .offset = i * PART,
    .length = PART,
    .done = came,
  };
  image_read (image, &reads[i]);
}

static void
await (unsigned count)
{
  pthread_mutex_lock (&lock);
  while (canceled + whole < count)
    pthread_cond_wait (&changed, &lock);
  pthread_mutex_unlock (&lock);
}

static void
check_all_came (struct image *image)
{
  char *why;

  await (READS);
  CHECK_INT (image_pread (image, buffers[0], 1, 0, &why), -1);
  free (why);
  start (image, READS - 1);
  await (READS + 1);
  CHECK_INT (reads[READS - 1].error, ECANCELED);
  image_free (image);
  CHECK_INT (canceled + whole, READS + 1);
  /* At least the read that was held, and the late one. */
  CHECK (canceled >= 2);
  canceled = whole = 0;
}

static void
stop_parts (void)
{
  struct input *in = fake_input (READS);
  struct image_settings settings = { .threads = 2, .memory = 2 * PART };
  struct parts parts = { .count = 0 };
  uint64_t size = PART;

  fake_reset ();
  fake_hold (3 * PART);
  fake_parts (&parts, &size, 1, READS);
  struct image *image = image_of_parts (in, &fake_codec, &parts, &settings);
  for (unsigned i = READS; i-- > 0;)
    start (image, i);
  fake_await_held ();
  image_stop (image);
  fake_hold (UNKNOWN);
  check_all_came (image);
  input_free (in);
}

static void
stop_order (void)
{
  struct input *in = fake_input (READS * PART);
  struct image_settings settings = { .threads = 1 };

  fake_reset ();
  fake_hold (PART / 2);
  fake.size = READS * PART;
  struct image *image = image_in_order (in, &fake_codec, &settings);
  for (unsigned i = 0; i < READS; i++)
    start (image, i);
  fake_await_held ();
  image_stop (image);
  fake_hold (UNKNOWN);
  check_all_came (image);
  CHECK_INT (fake.ended, 1);
  input_free (in);
}

/* A stream that was only probed can be freed without stopping it. */
static void
leave_silent_stream (void)
{
  struct image_settings settings = { .threads = 1 };
  int fds[2];

  CHECK (pipe (fds) == 0);
  fake_reset ();
  struct input *in = input_from_stream (fds[0], "-", UNKNOWN);
  image_free (image_in_order (in, &fake_codec, &settings));
  input_free (in);
  close (fds[0]);
  close (fds[1]);
}

void
test (void)
{
  for (int i = 0; i < 100; i++) {
    stop_parts ();
    stop_order ();
    leave_silent_stream ();
  }
}
