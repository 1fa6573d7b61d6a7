/* SPDX-License-Identifier: MIT */
#include "fake.h"

struct fake fake = {
  .lock = PTHREAD_MUTEX_INITIALIZER,
  .changed = PTHREAD_COND_INITIALIZER,
};

/* ---- parts ---- */

/* Called with the lock held. */
static void
wait_while_held (uint64_t start, uint64_t end)
{
  while (fake.held_at >= start && fake.held_at < end) {
    fake.held = true;
    pthread_cond_broadcast (&fake.changed);
    pthread_cond_wait (&fake.changed, &fake.lock);
  }
}

static int
decode_part (struct input *in, const struct part *part, void *out, char **why)
{
  pthread_mutex_lock (&fake.lock);
  fake.begun++;
  wait_while_held (part->at, part->at + part->size);
  fake.decoded++;
  pthread_cond_broadcast (&fake.changed);
  pthread_mutex_unlock (&fake.lock);
  pattern_fill (out, part->at, part->size);
  if (part->kind == FAKE_GOOD && !in->stopped)
    return 0;
  *why = strdup ("the part is broken");
  return -1;
}

void
fake_parts (struct parts *parts, const uint64_t *sizes, size_t nr_sizes,
            uint64_t count)
{
  struct part part = { .stored = 1 };

  for (uint64_t i = 0; i < count; i++) {
    part.size = sizes[i % nr_sizes];
    CHECK (parts_add (parts, &part));
    part.at += part.size;
    part.stored_at++;
  }
}

void
fake_hold (uint64_t at)
{
  pthread_mutex_lock (&fake.lock);
  fake.held_at = at;
  pthread_cond_broadcast (&fake.changed);
  pthread_mutex_unlock (&fake.lock);
}

void
fake_await_held (void)
{
  pthread_mutex_lock (&fake.lock);
  while (!fake.held)
    pthread_cond_wait (&fake.changed, &fake.lock);
  pthread_mutex_unlock (&fake.lock);
}

void
fake_await_decoded (unsigned count)
{
  pthread_mutex_lock (&fake.lock);
  while (fake.decoded < count)
    pthread_cond_wait (&fake.changed, &fake.lock);
  pthread_mutex_unlock (&fake.lock);
}

/* ---- in order ---- */

static struct decoder *
begin (unsigned threads, uint64_t memory)
{
  CHECK (threads > 0 && memory > 0);
  return (struct decoder *) &fake;
}

static enum decoded
step (struct decoder *d, struct decoding *io, char **why)
{
  struct fake *f = (struct fake *) d;
  uint64_t n = f->size - f->at;

  if (n > io->out_left)
    n = io->out_left;
  if (n > f->most)
    n = f->most;
  if (f->at + n > f->broken_at)
    n = f->broken_at - f->at;
  pthread_mutex_lock (&fake.lock);
  wait_while_held (f->at, f->at + n);
  pthread_mutex_unlock (&fake.lock);
  pattern_fill (io->out, f->at, n);
  io->out += n;
  io->out_left -= n;
  f->at += n;
  /* Take the input slowly, and all of the rest at the end. */
  if (io->in_left > 0 && (n == 0 || !io->in_ends))
    io->in_left--;
  if (f->at == f->broken_at) {
    *why = strdup ("the stream is broken");
    return DECODED_BROKEN;
  }
  return f->at == f->size ? DECODED_ALL : DECODED_SOME;
}

static void
end (struct decoder *d)
{
  ((struct fake *) d)->ended++;
}

const struct codec fake_codec = {
  .kind = XZ,
  .decode_part = decode_part,
  .begin = begin,
  .step = step,
  .end = end,
};

/* ---- input and checks ---- */

void
fake_reset (void)
{
  fake.begun = fake.decoded = fake.ended = 0;
  fake.held = false;
  fake.held_at = fake.broken_at = fake.size = UNKNOWN;
  fake.at = 0;
  fake.most = 100000;
}

static ssize_t
read_nothing (struct input *in, void *buffer, size_t length, uint64_t offset,
              char **why)
{
  (void) why;
  (void) offset;
  if (in->stopped) {
    errno = ECANCELED;
    return -1;
  }
  memset (buffer, 0, length);
  return length;
}

static void
free_nothing (struct input *in)
{
  free (in);
}

static const struct input_ops ops = {
  .read = read_nothing,
  .free = free_nothing,
};

struct input *
fake_input (uint64_t size)
{
  struct input *in = calloc (1, sizeof *in);

  CHECK (in != NULL);
  in->ops = &ops;
  in->name = "fake";
  in->size = size;
  in->fd = -1;
  in->stop_fd = -1;
  return in;
}

void
check_disk (const void *p, uint64_t offset, size_t length)
{
  const unsigned char *bytes = p;

  for (size_t i = 0; i < length; i++)
    if (bytes[i] != pattern_at (offset + i))
      FAIL ("the byte at offset %llu is wrong",
            (unsigned long long) (offset + i));
}
