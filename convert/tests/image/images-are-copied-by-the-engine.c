/* SPDX-License-Identifier: MIT */
/* The engine copies from both kinds of images.  All data arrives and is
 * verified.  A broken part fails the copy with its message, or is left out if
 * that is wanted.  A copy that is stopped ends. */
#include <sys/eventfd.h>
#include <unistd.h>

#include "engine/engine.h"
#include "fake.h"

#define SIZE UINT64_C (30000001)
#define PART UINT64_C (901120)

struct copying {
  struct copy *c;
  int fd; /* the destination */
  char said[300];
  unsigned messages;
  bool stops;
};

static void
hear (void *opaque, const char *text)
{
  struct copying *t = opaque;

  if (t->messages++ == 0)
    snprintf (t->said, sizeof t->said, "%s", text);
}

static void
tick (void *opaque)
{
  struct copying *t = opaque;

  if (t->stops)
    copy_interrupt (t->c);
}

static int
run (struct copying *t, struct image *image, bool zero_errors)
{
  struct copy_settings settings = copy_usual_settings;
  struct copy_events events = {
    .message = hear,
    .tick = tick,
    .tick_ms = -1,
    .opaque = t,
    .wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK),
  };
  char name[] = "/tmp/causeway-image-XXXXXX";

  settings.verify = true;
  settings.threads = 3;
  settings.on_read_error = zero_errors ? READ_ERRORS_ZERO : READ_ERRORS_FAIL;
  t->fd = mkstemp (name);
  unlink (name);
  t->c = copy_new (&settings, &events);
  CHECK (copy_between (t->c, image_endpoint (t->c, image),
                       file_open (t->c, t->fd, "disk", false))
         == 0);
  CHECK (copy_connect (t->c) == 0 && copy_prepare (t->c) == 0);
  int r = copy_run (t->c);
  image_stop (image);
  fake_hold (UNKNOWN);
  copy_end (t->c, r == 0);
  copy_free (t->c);
  close (events.wake_fd);
  return r;
}

static void
check_file (struct copying *t, uint64_t offset, uint64_t length)
{
  unsigned char *data = malloc (length);

  CHECK_INT (pread (t->fd, data, length, offset), length);
  check_disk (data, offset, length);
  free (data);
}

static struct image *
make (struct input *in, bool in_order, uint64_t broken_at, uint64_t held_at)
{
  struct image_settings settings = { .threads = 2 };
  struct parts parts = { .count = 0 };
  uint64_t size = PART, rest = SIZE % PART;

  fake_reset ();
  fake.size = SIZE;
  fake.broken_at = broken_at;
  fake.held_at = held_at;
  if (in_order)
    return image_in_order (in, &fake_codec, &settings);
  fake_parts (&parts, &size, 1, SIZE / PART);
  struct part last = { .at = SIZE - rest, .size = rest, .stored_at = 1000 };
  CHECK (parts_add (&parts, &last));
  parts.list[20].kind = FAKE_BROKEN;
  return image_of_parts (in, &fake_codec, &parts, &settings);
}

static void
end (struct copying *t, struct image *image, struct input *in)
{
  image_free (image);
  input_free (in);
  close (t->fd);
}

static void
all (bool in_order)
{
  struct input *in = fake_input (SIZE);
  struct image *image = make (in, in_order, UNKNOWN, UNKNOWN);
  struct copying t = { .fd = -1 };

  CHECK_INT (run (&t, image, true), 0);
  CHECK_INT (lseek (t.fd, 0, SEEK_END), SIZE);
  if (in_order)
    CHECK_INT (t.messages, 0);
  check_file (&t, 0, 20 * PART);
  if (in_order)
    check_file (&t, 20 * PART, PART);
  check_file (&t, 21 * PART, SIZE - 21 * PART);
  end (&t, image, in);
}

static void
broken (bool in_order)
{
  struct input *in = fake_input (SIZE);
  struct image *image = make (in, in_order, SIZE - 1, UNKNOWN);
  struct copying t = { .fd = -1 };

  CHECK_INT (run (&t, image, false), -1);
  CHECK_CONTAINS (t.said, "fake: read at offset ");
  CHECK_CONTAINS (t.said, in_order ? "failed: the stream is broken"
                                   : "failed: the part is broken");
  end (&t, image, in);
}

static void
stopped (bool in_order)
{
  struct input *in = fake_input (SIZE);
  struct image *image = make (in, in_order, UNKNOWN, MIB);
  struct copying t = { .fd = -1, .stops = true };

  fake_await_held ();
  CHECK_INT (run (&t, image, false), -1);
  CHECK_CONTAINS (t.said, "interrupted");
  end (&t, image, in);
}

void
test (void)
{
  all (false);
  all (true);
  broken (false);
  broken (true);
  stopped (true);
}
