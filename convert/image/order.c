/* SPDX-License-Identifier: MIT */
/* Images that are decoded in order.
 *
 * One thread decodes.  If a read waits, the thread decodes into the buffer of
 * that read.  Otherwise it decodes ahead into a ring, so that decoding goes
 * on while the reader is busy.  The bytes in the ring are older, so reads get
 * these first. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/internal.h"
#include "threads.h"
#include "tool.h"

#define RING ((size_t) 2 << 20)
/* How many bytes are decoded before the thread looks for new reads. */
#define STEP ((size_t) 256 << 10)
/* A decoder that makes no progress in so many steps is given up. */
#define MOST_IDLE_STEPS 8
/* Memory for the decoder. */
#define USUAL_MEMORY (UINT64_C (1) << 30)

struct order {
  struct image image;
  struct decoder *decoder;
  struct pieces *pieces;
  struct piece piece; /* TAKEN bytes of it were decoded */
  size_t taken;
  unsigned idle_steps; /* steps without progress, one after the other */
  pthread_t thread;
  bool started;

  pthread_mutex_t lock;
  pthread_cond_t changed; /* wakes the thread: there is space, or a read */
  struct reads reads;     /* waiting ones */
  bool busy;              /* the first of them is being filled without the
                             lock */
  unsigned char *ring;
  size_t begin, held;
  bool ended;
  int error; /* errno and the reason if decoding failed */
  char *why;
  bool ending; /* image_free was called */

  uint64_t at;   /* offset of the next read */
  bool has_head; /* HEAD was read, because somebody wanted the first bytes */
  unsigned char *head;
  uint64_t head_length; /* bytes of it */
  int head_error;       /* why there are no more */
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

/* ---- filling reads ---- */

/* Called without the lock: while BUSY is set, nobody else takes bytes from
 * the ring. */
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

/* Fill reads from the ring.  Those that are finished move to DONE. */
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

/* Finish these reads.  Called without the lock. */
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
      /* These do not change after the end. */
      error = o->error;
      why = o->why;
    }
    r->ended = !is_full (r) && error == 0;
    r->length = r->came;
    image_give_back (r, error, why);
  }
}

/* ---- the thread ---- */

/* Whether the thread has something to do. */
static bool
has_room (const struct order *o)
{
  if (o->busy)
    return o->held <= RING - STEP;
  return o->reads.first != NULL || o->held <= RING - STEP;
}

/* Detect a decoder that neither makes progress nor reports an error.  Usually
 * the codec itself reports that a file ends too early. */
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

/* Make sure that there is input for the decoder, or that the input has
 * ended. */
static int
have_input (struct order *o, char **why)
{
  if (o->taken < o->piece.length || o->piece.ends)
    return 0;
  o->taken = 0;
  return pieces_next (o->pieces, &o->piece, why);
}

/* Decode into OUT.  Returns how many bytes were decoded; *R tells whether
 * decoding has ended. */
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

/* Decode one step into the buffer of the first waiting read, or into the
 * ring.  Called with the lock held; it is released while decoding. */
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

/* Append a read to those that wait. */
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

/* Fill the read from the head, which was read before. */
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

/* Read the head, once, before anything else is read. */
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

/* The head is too short: because of an error, or because the data ends. */
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

/* ---- begin and end ---- */

/* A stream that was read ahead cannot be read again by others, so it is
 * stopped.  We do not wait for its data. */
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
