/* SPDX-License-Identifier: MIT */
/* Images that are decoded in order.
 *
 * One thread decodes.  While somebody waits it decodes into his buffer, else
 * ahead into a ring, so that decoding goes on while the reader is busy with
 * what he got.  Bytes of the ring go to readers first. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/internal.h"
#include "threads.h"
#include "tool.h"

#define RING ((size_t) 2 << 20)
/* The decoder looks around after so many bytes. */
#define STEP ((size_t) 256 << 10)
/* A decoder that so often does nothing will do nothing. */
#define MOST_IDLE_STEPS 8
/* For the decoder. */
#define USUAL_MEMORY (UINT64_C (1) << 30)

struct order {
  struct image image;
  struct decoder *decoder;
  struct pieces *pieces;
  struct piece piece; /* of which the thread has taken so much: */
  size_t taken;
  unsigned idle_steps; /* of the decoder, one after the other */
  pthread_t thread;
  bool started;

  pthread_mutex_t lock;
  pthread_cond_t changed; /* for the thread: room, or a reader */
  struct reads reads;     /* that wait */
  bool busy;              /* the first of them is being filled */
  unsigned char *ring;
  size_t begin, held;
  bool ended;
  int error; /* errno, and why it ended before its end */
  char *why;
  bool ending; /* image_free */

  uint64_t at;   /* of the next read */
  bool has_head; /* somebody has looked at what it begins with, */
  unsigned char *head;
  uint64_t head_length; /* as far as it goes */
  int head_error;       /* and why no further */
  char *head_why;
};

static bool
is_full (const struct image_read *r)
{
  return r->came == r->length;
}

static bool
is_over (const struct order *o)
{
  return o->ended || o->image.stopped;
}

/* ---- readers ---- */

/* Without the lock: nobody else takes bytes of the ring. */
static size_t
copy_from_ring (const struct order *o, struct image_read *r, size_t held)
{
  unsigned char *to = (unsigned char *) r->buffer + r->came;
  size_t n = MIN (r->length - r->came, held);
  size_t first = MIN (n, RING - o->begin);

  memcpy (to, o->ring + o->begin, first);
  memcpy (to + first, o->ring, n - first);
  return n;
}

/* Fill reads with what there is; those that are done move to DONE. */
static void
fill_reads (struct order *o, struct reads *done)
{
  struct image_read *r;

  while (!o->busy && (r = o->reads.first) != NULL) {
    if (o->held > 0 && !o->image.stopped) {
      size_t held = o->held;
      o->busy = true;
      pthread_mutex_unlock (&o->lock);
      size_t n = copy_from_ring (o, r, held);
      pthread_mutex_lock (&o->lock);
      o->busy = false;
      o->begin = (o->begin + n) % RING;
      o->held -= n;
      r->came += n;
    }
    if (!is_full (r) && o->held > 0 && !o->image.stopped)
      continue;
    if (!is_full (r) && !is_over (o))
      break;
    reads_take (&o->reads);
    reads_add (done, r);
  }
  pthread_cond_signal (&o->changed);
}

/* Of a thread that does not hold the lock. */
static void
give_back (struct order *o, struct reads *done)
{
  struct image_read *r;

  while ((r = reads_take (done)) != NULL) {
    int error = 0;
    const char *why = NULL;
    if (!is_full (r) && o->image.stopped)
      error = ECANCELED;
    else if (!is_full (r)) {
      /* These do not change any more. */
      error = o->error;
      why = o->why;
    }
    r->ended = !is_full (r) && error == 0;
    r->length = r->came;
    image_give_back (r, error, why);
  }
}

/* ---- the thread ---- */

/* There is something for it to do. */
static bool
has_room (const struct order *o)
{
  if (o->busy)
    return o->held <= RING - STEP;
  return o->reads.first != NULL || o->held <= RING - STEP;
}

/* That a file ends too early is the codec's to tell; this is for one that says
 * nothing. */
static enum decoded
check_progress (struct order *o, const struct decoding *before,
                const struct decoding *after, char **why)
{
  bool moved = before->in_left != after->in_left
               || before->out_left != after->out_left;

  o->idle_steps = moved ? 0 : o->idle_steps + 1;
  if (o->idle_steps < MOST_IDLE_STEPS)
    return DECODED_SOME;
  *why = tool_format (after->in_ends && after->in_left == 0
                        ? "the compressed data ends too early"
                        : "the compressed data cannot be decoded");
  return DECODED_BROKEN;
}

/* Have bytes for the decoder, or know that there are no more. */
static int
have_input (struct order *o, char **why)
{
  if (o->taken < o->piece.length || o->piece.ends)
    return 0;
  o->taken = 0;
  return pieces_next (o->pieces, &o->piece, why);
}

/* Decode into OUT: how much came.  At the end of all, R says so. */
static size_t
decode (struct order *o, unsigned char *out, size_t room, enum decoded *r,
        int *error, char **why)
{
  size_t left = room;

  *r = DECODED_SOME;
  while (left > 0 && *r == DECODED_SOME && !o->image.stopped) {
    if (have_input (o, why) == -1) {
      *error = errno;
      *r = DECODED_BROKEN;
      break;
    }
    struct decoding io = {
      .in = o->piece.bytes + o->taken,
      .in_left = o->piece.length - o->taken,
      .out = out + (room - left),
      .out_left = left,
      .in_ends = o->piece.ends,
    };
    struct decoding before = io;
    *error = EIO;
    *r = o->image.codec->step (o->decoder, &io, why);
    o->taken = o->piece.length - io.in_left;
    left = io.out_left;
    if (*r == DECODED_SOME)
      *r = check_progress (o, &before, &io, why);
  }
  return room - left;
}

/* Decode a step into the buffer of the one who waits, or the ring.  The lock
 * is held, but not meanwhile. */
static void
step (struct order *o)
{
  bool direct = !o->busy && o->reads.first != NULL;
  struct image_read *r = o->reads.first;
  size_t end = (o->begin + o->held) % RING;
  unsigned char *out = o->ring + end;
  size_t room = MIN (STEP, RING - end);
  enum decoded result;
  int error = 0;
  char *why = NULL;

  if (direct) {
    out = (unsigned char *) r->buffer + r->came;
    room = MIN (STEP, r->length - r->came);
    o->busy = true;
  }
  pthread_mutex_unlock (&o->lock);
  size_t n = decode (o, out, room, &result, &error, &why);
  pthread_mutex_lock (&o->lock);
  if (direct) {
    r->came += n;
    o->busy = false;
  }
  else
    o->held += n;
  if (result == DECODED_SOME)
    return;
  o->ended = true;
  o->error = result == DECODED_ALL ? 0 : error;
  o->why = why;
}

static void *
decode_all (void *opaque)
{
  struct order *o = opaque;

  pthread_mutex_lock (&o->lock);
  while (!o->ending && !is_over (o)) {
    if (!has_room (o)) {
      pthread_cond_wait (&o->changed, &o->lock);
      continue;
    }
    struct reads done = { .first = NULL };
    step (o);
    fill_reads (o, &done);
    if (done.first != NULL) {
      pthread_mutex_unlock (&o->lock);
      give_back (o, &done);
      pthread_mutex_lock (&o->lock);
    }
  }
  pthread_mutex_unlock (&o->lock);
  return NULL;
}

/* ---- reads ---- */

/* Let it be filled behind those that wait. */
static void
add_read (struct image *image, struct image_read *r)
{
  struct order *o = (struct order *) image;
  struct reads done = { .first = NULL };

  pthread_mutex_lock (&o->lock);
  reads_add (&o->reads, r);
  fill_reads (o, &done);
  pthread_mutex_unlock (&o->lock);
  give_back (o, &done);
}

static void
stop (struct image *image)
{
  struct order *o = (struct order *) image;
  struct reads done = { .first = NULL };

  pthread_mutex_lock (&o->lock);
  fill_reads (o, &done);
  pthread_mutex_unlock (&o->lock);
  give_back (o, &done);
}

/* What somebody has looked at before. */
static void
copy_head (const struct order *o, struct image_read *r, uint64_t at)
{
  if (at >= o->head_length)
    return;
  r->came = MIN (r->length, o->head_length - at);
  memcpy (r->buffer, o->head + at, r->came);
}

static void
start_read (struct image *image, struct image_read *r)
{
  struct order *o = (struct order *) image;

  pthread_mutex_lock (&o->lock);
  uint64_t at = o->at;
  bool in_order = r->offset == at;
  if (in_order)
    o->at += r->length;
  pthread_mutex_unlock (&o->lock);
  if (!in_order && !image->stopped) {
    image_give_back (r, ESPIPE, "it can only be read in order");
    return;
  }
  if (!image->stopped)
    copy_head (o, r, at);
  add_read (image, r);
}

/* ---- the head ---- */

/* It is read once, before all else. */
static int
have_head (struct order *o, char **why)
{
  struct image_read r = { .length = INPUT_HEAD };

  if (o->has_head)
    return 0;
  if (o->at > 0) {
    *why = tool_format ("it is being read in order already");
    errno = ESPIPE;
    return -1;
  }
  o->has_head = true;
  o->head = tool_alloc (INPUT_HEAD);
  r.buffer = o->head;
  if (image_await (&o->image, &r, add_read, &o->head_why) == -1)
    o->head_error = errno;
  o->head_length = r.came;
  return 0;
}

/* It ends here, for a reason or because it has no more. */
static int
fail_head (const struct order *o, char **why)
{
  if (o->head_error == 0)
    *why = tool_format ("it ends after %llu bytes",
                        (unsigned long long) o->head_length);
  else
    *why = tool_format ("%s", o->head_why);
  errno = o->head_error == 0 ? ENODATA : o->head_error;
  return -1;
}

static int64_t
read_head (struct image *image, void *buffer, uint64_t length, char **why)
{
  struct order *o = (struct order *) image;

  if (have_head (o, why) == -1)
    return -1;
  if (o->head_error != 0 && o->head_length < MIN (length, INPUT_HEAD))
    return fail_head (o, why);
  length = MIN (length, o->head_length);
  memcpy (buffer, o->head, length);
  return length;
}

static int
pread_head (struct image *image, void *buffer, uint64_t length,
            uint64_t offset, char **why)
{
  struct order *o = (struct order *) image;

  if (have_head (o, why) == -1)
    return -1;
  if (offset > o->head_length || length > o->head_length - offset)
    return fail_head (o, why);
  memcpy (buffer, o->head + offset, length);
  return 0;
}

/* ---- beginning and end ---- */

/* What was read ahead of a stream nobody can read again, so it is stopped
 * rather than waited for. */
static void
free_order (struct image *image)
{
  struct order *o = (struct order *) image;

  if (image->in->in_order)
    input_stop (image->in);
  pthread_mutex_lock (&o->lock);
  o->ending = true;
  pthread_cond_signal (&o->changed);
  pthread_mutex_unlock (&o->lock);
  if (o->started)
    pthread_join (o->thread, NULL);
  if (o->pieces != NULL)
    pieces_free (o->pieces);
  if (o->decoder != NULL)
    image->codec->end (o->decoder);
  free (o->ring);
  free (o->why);
  free (o->head);
  free (o->head_why);
  pthread_cond_destroy (&o->changed);
  pthread_mutex_destroy (&o->lock);
  free (o);
}

static const struct image_ops ops = {
  .read = start_read,
  .head = read_head,
  .pread = pread_head,
  .stop = stop,
  .free = free_order,
};

static bool
begin (struct order *o, const struct image_settings *s)
{
  const struct codec *codec = o->image.codec;
  unsigned threads = s->threads ? s->threads : thread_processors ();

  o->pieces = pieces_new (o->image.in);
  if (o->pieces == NULL)
    return false;
  o->decoder = codec->begin (threads, s->memory ? s->memory : USUAL_MEMORY);
  if (o->decoder == NULL) {
    errno = ENOMEM;
    return false;
  }
  errno = thread_start (&o->thread, decode_all, o);
  o->started = errno == 0;
  return o->started;
}

struct image *
image_in_order (struct input *in, const struct codec *codec,
                const struct image_settings *settings)
{
  struct order *o = tool_alloc (sizeof *o);

  o->image = (struct image) {
    .ops = &ops,
    .in = in,
    .codec = codec,
    .size = UNKNOWN,
  };
  o->ring = tool_alloc (RING);
  pthread_mutex_init (&o->lock, NULL);
  pthread_cond_init (&o->changed, NULL);
  if (begin (o, settings))
    return &o->image;
  int error = errno;
  free_order (&o->image);
  errno = error;
  return NULL;
}
