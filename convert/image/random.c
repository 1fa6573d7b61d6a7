/* SPDX-License-Identifier: MIT */
/* Images whose parts are decoded independently, by several threads.
 *
 * A read copies what is decoded already, and then waits for the first unit
 * that is missing.  Units that reads wait for are decoded first, in the order
 * in which they were wanted.  Then come units that are probably wanted
 * next. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/pool.h"
#include "threads.h"
#include "tool.h"

#define MIB (UINT64_C (1) << 20)
#define LEAST_MEMORY (64 * MIB)
#define MOST_MEMORY (1024 * MIB)
#define MOST_THREADS 64u
/* How many more units than threads are decoded ahead. */
#define AHEAD 2
/* How many units stay in memory, besides two for each thread, so that they
 * can be read again. */
#define SPARE 6

/* ---- units ---- */

static struct kept *
keep (struct pool *p, uint64_t unit)
{
  struct kept *k = p->kept[unit];

  if (k == NULL) {
    k = tool_alloc (sizeof *k);
    k->unit = unit;
    p->kept[unit] = k;
  }
  return k;
}

static void
wake_thread (struct pool *p)
{
  if (p->idle > 0)
    pthread_cond_signal (&p->changed);
}

static void
want (struct pool *p, struct kept *k)
{
  if (k->state != COLD)
    return;
  k->state = WANTED;
  k->next_wanted = NULL;
  *p->wanted_end = k;
  p->wanted_end = &k->next_wanted;
  wake_thread (p);
}

static struct kept *
take_wanted (struct pool *p)
{
  struct kept *k = p->wanted;

  p->wanted = k->next_wanted;
  if (p->wanted == NULL)
    p->wanted_end = &p->wanted;
  return k;
}

/* Whether reading is likely to go on behind this unit.  It is if the unit is
 * the first one, the one at the cursor, or the next.  It also is if the read
 * ENTERS the unit at its beginning and the unit before it is wanted or
 * decoded. */
static bool
goes_on (const struct pool *p, uint64_t unit, bool enters)
{
  if (unit == 0 || unit - p->cursor <= 1)
    return true;
  if (!enters)
    return false;
  const struct kept *before = p->kept[unit - 1];
  return before != NULL && before->state != COLD;
}

/* The next unit to decode ahead, or AHEAD_END if there is none. */
static uint64_t
next_ahead (struct pool *p)
{
  for (; p->ahead < p->ahead_end; p->ahead++) {
    const struct kept *k = p->kept[p->ahead];
    if (k == NULL || (k->state == COLD && k->fault == NULL))
      break;
  }
  return p->ahead;
}

/* How many units behind this one to decode ahead.  Reads at random places
 * sometimes hit the next unit by chance, so this begins with one unit and
 * doubles with each unit.  But a reader that begins at the beginning of the
 * image probably reads on. */
static uint64_t
reach_from (const struct pool *p, uint64_t unit)
{
  uint64_t most = p->nr_threads + AHEAD;

  if (p->reach == UNKNOWN)
    return unit == 0 ? most : 1;
  if (unit == p->cursor)
    return p->reach;
  return unit == p->cursor + 1 ? MIN (MAX (2 * p->reach, 1), most) : 1;
}

/* A read covers the units from UNIT to LAST.  If the reader is likely to go
 * on behind them, decode the following units ahead, too. */
static void
look_ahead (struct pool *p, uint64_t unit, uint64_t last, bool enters)
{
  uint64_t end = last;

  if (goes_on (p, unit, enters)) {
    p->reach = reach_from (p, unit);
    p->cursor = unit;
    end = MAX (last, unit + p->reach);
  }
  else if (last == unit || next_ahead (p) < p->ahead_end)
    return;
  p->ahead = unit + 1;
  p->ahead_end = MIN (end + 1, p->units);
  if (next_ahead (p) < p->ahead_end)
    wake_thread (p);
}

/* ---- reads ---- */

static bool
meets_fault (const struct kept *k, uint64_t at, uint64_t end)
{
  return k->fault != NULL && at < k->fault->end && end > k->fault->start;
}

/* Copy data of a unit to a read.  The lock is released while copying; USERS
 * prevents that the unit is dropped. */
static void
copy_from (struct pool *p, struct kept *k, struct image_read *r, uint64_t n)
{
  uint64_t skip = r->offset + r->came - unit_start (p, k->unit);

  k->users++;
  pthread_mutex_unlock (&p->lock);
  memcpy ((char *) r->buffer + r->came, k->data + skip, n);
  pthread_mutex_lock (&p->lock);
  k->users--;
  k->was_read = true;
  room_use (p, k);
  if (p->wanted != NULL)
    wake_thread (p);
  r->came += n;
}

/* Continue a read.  Returns true if it is finished, false if it waits for a
 * unit. */
static bool
serve (struct pool *p, struct image_read *r)
{
  while (r->came < r->length) {
    uint64_t at = r->offset + r->came;
    uint64_t unit = unit_at (p, at);
    uint64_t end = MIN (r->offset + r->length, unit_start (p, unit + 1));
    struct kept *k = keep (p, unit);
    if (p->image.stopped) {
      r->error = ECANCELED;
      return true;
    }
    if (meets_fault (k, at, end)) {
      r->error = k->fault->error;
      r->why = k->fault->why;
      return true;
    }
    if (k->state != READY) {
      reads_add (&k->reads, r);
      want (p, k);
      return false;
    }
    copy_from (p, k, r, end - at);
  }
  return true;
}

static void
read_pool (struct image *image, struct image_read *r)
{
  struct pool *p = (struct pool *) image;

  if (r->offset > image->size || r->length > image->size - r->offset) {
    image_give_back (r, EINVAL, "the read reaches beyond the end");
    return;
  }
  if (p->largest > p->memory.most) {
    image_give_back (r, ENOMEM, "there is no memory for its largest part");
    return;
  }
  pthread_mutex_lock (&p->lock);
  if (r->length > 0) {
    uint64_t unit = unit_at (p, r->offset);
    look_ahead (p, unit, unit_at (p, r->offset + r->length - 1),
                r->offset == unit_start (p, unit));
  }
  bool done = serve (p, r);
  pthread_mutex_unlock (&p->lock);
  if (done)
    image_give_back (r, r->error, r->why);
}

/* Finish the reads that wait for units which no thread decodes yet.  The
 * threads finish the others. */
static void
stop (struct image *image)
{
  struct pool *p = (struct pool *) image;
  struct reads waiting = { .first = NULL };
  struct image_read *r;

  pthread_mutex_lock (&p->lock);
  while (p->wanted != NULL) {
    struct kept *k = take_wanted (p);
    k->state = COLD;
    reads_move (&waiting, &k->reads);
  }
  pthread_cond_broadcast (&p->changed);
  pthread_mutex_unlock (&p->lock);
  while ((r = reads_take (&waiting)) != NULL)
    image_give_back (r, ECANCELED, NULL);
}

static int
pread_pool (struct image *image, void *buffer, uint64_t length,
            uint64_t offset, char **why)
{
  struct image_read r = {
    .buffer = buffer,
    .offset = offset,
    .length = length,
  };
  return image_await (image, &r, read_pool, why);
}

static int64_t
read_head (struct image *image, void *buffer, uint64_t length, char **why)
{
  length = MIN (length, image->size);
  return pread_pool (image, buffer, length, 0, why) == -1 ? -1
                                                          : (int64_t) length;
}

/* ---- threads ---- */

/* Record that a part is broken.  A unit has one fault, so the fault also
 * covers the parts between broken ones. */
static struct fault *
add_fault (struct fault *f, const struct part *part, int error, char *why)
{
  if (f == NULL) {
    f = tool_alloc (sizeof *f);
    *f = (struct fault) { .start = part->at, .error = error, .why = why };
  }
  else
    free (why);
  f->end = part->at + part->size;
  return f;
}

/* Decode all parts of a unit.  Returns its fault, or NULL. */
static struct fault *
decode_parts (struct pool *p, struct kept *k)
{
  struct image *image = &p->image;
  struct fault *f = k->fault;
  uint64_t start = unit_start (p, k->unit);

  for (uint64_t i = p->first[k->unit];
       i < p->first[k->unit + 1] && !image->stopped; i++) {
    const struct part *part = &p->parts.list[i];
    char *why = NULL;
    if (f != NULL && part->at >= f->start && part->at < f->end)
      continue;
    if (image->codec->decode_part (image->in, part,
                                   k->data + (part->at - start), &why)
        == 0)
      continue;
    if (image->stopped)
      free (why);
    else
      f = add_fault (f, part, EIO, why);
  }
  return f;
}

/* Continue the reads that waited for a unit. */
static void
serve_readers (struct pool *p, struct kept *k)
{
  struct reads reads = { .first = NULL };
  struct image_read *r;

  reads_move (&reads, &k->reads);
  k->users++;
  while ((r = reads_take (&reads)) != NULL) {
    if (!serve (p, r))
      continue;
    pthread_mutex_unlock (&p->lock);
    image_give_back (r, r->error, r->why);
    pthread_mutex_lock (&p->lock);
  }
  k->users--;
}

static bool
is_all_broken (const struct pool *p, const struct kept *k)
{
  return k->fault != NULL && k->fault->start == unit_start (p, k->unit)
         && k->fault->end == unit_start (p, k->unit + 1);
}

static void
decode_unit (struct pool *p, struct kept *k)
{
  pthread_mutex_unlock (&p->lock);
  struct fault *f = decode_parts (p, k);
  pthread_mutex_lock (&p->lock);
  k->fault = f;
  k->was_read = false;
  if (p->image.stopped || is_all_broken (p, k)) {
    k->state = COLD;
    room_give (p, k);
  }
  else {
    k->state = READY;
    room_use (p, k);
  }
  serve_readers (p, k);
  if (p->wanted != NULL)
    wake_thread (p);
}

/* The next unit to decode, with a buffer; NULL if there is nothing to do or
 * no memory. */
static struct kept *
take_unit (struct pool *p)
{
  struct kept *k = p->wanted;

  if (k != NULL) {
    if (!room_take (p, k, false, 0))
      return NULL;
    take_wanted (p);
    k->state = DECODING;
    return k;
  }
  if (next_ahead (p) == p->ahead_end)
    return NULL;
  k = keep (p, p->ahead);
  if (room_take (p, k, true, p->cursor)) {
    k->state = DECODING;
    return k;
  }
  p->kept[k->unit] = NULL;
  free (k);
  return NULL;
}

static void *
decode_units (void *opaque)
{
  struct pool *p = opaque;

  pthread_mutex_lock (&p->lock);
  while (!p->ending && !p->image.stopped) {
    struct kept *k = take_unit (p);
    if (k == NULL) {
      p->idle++;
      pthread_cond_wait (&p->changed, &p->lock);
      p->idle--;
      continue;
    }
    if (p->wanted != NULL || next_ahead (p) < p->ahead_end)
      wake_thread (p);
    decode_unit (p, k);
  }
  pthread_mutex_unlock (&p->lock);
  return NULL;
}

/* ---- begin and end ---- */

static void
free_pool (struct image *image)
{
  struct pool *p = (struct pool *) image;

  pthread_mutex_lock (&p->lock);
  p->ending = true;
  pthread_cond_broadcast (&p->changed);
  pthread_mutex_unlock (&p->lock);
  for (unsigned i = 0; i < p->nr_threads; i++)
    pthread_join (p->threads[i], NULL);
  room_end (p);
  free (p->threads);
  free (p->first);
  free (p->kept);
  parts_free (&p->parts);
  pthread_cond_destroy (&p->changed);
  pthread_mutex_destroy (&p->lock);
  free (p);
}

static const struct image_ops ops = {
  .read = read_pool,
  .head = read_head,
  .pread = pread_pool,
  .stop = stop,
  .free = free_pool,
};

/* Start threads; one is enough.  Returns 0, or an errno. */
static int
start_threads (struct pool *p, unsigned count)
{
  p->threads = tool_alloc (count * sizeof *p->threads);
  pthread_mutex_lock (&p->lock);
  p->nr_threads = threads_start (p->threads, count, decode_units, p);
  int error = errno;
  pthread_mutex_unlock (&p->lock);
  return p->nr_threads > 0 ? 0 : error;
}

/* For a server far away there are more threads, because some of them wait for
 * the server. */
static unsigned
threads_for (const struct input *in, const struct image_settings *settings)
{
  unsigned usual = thread_processors () * (in->fd == -1 ? 2 : 1);
  return MIN (settings->threads ? settings->threads : usual, MOST_THREADS);
}

static uint64_t
memory_for (uint64_t largest, unsigned threads,
            const struct image_settings *settings)
{
  uint64_t usual = (2 * threads + SPARE) * largest;

  if (settings->memory != 0)
    return settings->memory;
  return MIN (MAX (usual, LEAST_MEMORY), MOST_MEMORY);
}

bool
image_has_room (const struct parts *parts,
                const struct image_settings *settings)
{
  uint64_t largest = units_largest (parts);
  return largest <= memory_for (largest, 1, settings);
}

struct image *
image_of_parts (struct input *in, const struct codec *codec,
                struct parts *parts, const struct image_settings *settings)
{
  struct pool *p = tool_alloc (sizeof *p);
  unsigned threads = threads_for (in, settings);
  int error = ENOMEM;

  p->image = (struct image) {
    .ops = &ops,
    .in = in,
    .codec = codec,
    .size = parts->size,
  };
  p->parts = *parts;
  *parts = (struct parts) { .count = 0 };
  p->reach = UNKNOWN;
  p->wanted_end = &p->wanted;
  pthread_mutex_init (&p->lock, NULL);
  pthread_cond_init (&p->changed, NULL);
  room_begin (&p->memory, 0);
  if (units_make (p)) {
    room_begin (&p->memory, memory_for (p->largest, threads, settings));
    error = start_threads (p, threads);
  }
  if (error == 0)
    return &p->image;
  free_pool (&p->image);
  errno = error;
  return NULL;
}
