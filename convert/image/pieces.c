/* SPDX-License-Identifier: MIT */
/* The input of a decoder that works in order.
 *
 * The kernel reads local files ahead, so they are read when they are needed.
 * From a server several pieces are requested at once, and from a stream one,
 * while previous pieces are decoded. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "image/internal.h"
#include "threads.h"
#include "tool.h"

/* A piece that fits into the processor's cache; and for a server far away,
 * where larger requests are better. */
#define PIECE ((size_t) 256 << 10)
#define DISTANT_PIECE ((size_t) 1 << 20)
#define SLOTS 12
#define MOST_THREADS 8

struct slot {
  unsigned char *bytes;
  size_t length;
  int error;
  char *why;
  bool ready;
};

/* Piece N is in slot N % SLOTS; if nothing is read ahead, in slot 0. */
struct pieces {
  struct input *in;
  size_t size; /* of each piece but the last one */
  pthread_t threads[MOST_THREADS];
  unsigned nr_threads;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  uint64_t next_read, next_given; /* indexes of pieces */
  uint64_t last;                  /* index of the last piece, or UNKNOWN */
  bool ending;
  struct slot slots[SLOTS];
};

static struct slot *
slot_of (struct pieces *p, uint64_t number)
{
  return &p->slots[p->nr_threads == 0 ? 0 : number % SLOTS];
}

static void
read_slot (struct pieces *p, uint64_t number)
{
  struct slot *s = slot_of (p, number);

  if (s->bytes == NULL)
    s->bytes = malloc (p->size);
  ssize_t n = -1;
  if (s->bytes == NULL)
    errno = ENOMEM;
  else
    n = input_read (p->in, s->bytes, p->size, number * p->size, &s->why);
  s->error = n == -1 ? errno : 0;
  s->length = n == -1 ? 0 : n;
}

/* Whether there is another piece to read, and a free slot for it.  The slot
 * of the piece that was returned last is still in use. */
static bool
may_read (const struct pieces *p)
{
  return p->next_read + 1 < p->next_given + SLOTS
         && (p->last == UNKNOWN || p->next_read <= p->last);
}

static void *
read_ahead (void *opaque)
{
  struct pieces *p = opaque;

  pthread_mutex_lock (&p->lock);
  while (!p->ending) {
    if (!may_read (p)) {
      pthread_cond_wait (&p->changed, &p->lock);
      continue;
    }
    uint64_t number = p->next_read++;
    struct slot *s = slot_of (p, number);
    s->ready = false;
    pthread_mutex_unlock (&p->lock);
    read_slot (p, number);
    pthread_mutex_lock (&p->lock);
    s->ready = true;
    if (s->length < p->size && number < p->last)
      p->last = number;
    pthread_cond_broadcast (&p->changed);
  }
  pthread_mutex_unlock (&p->lock);
  return NULL;
}

int
pieces_next (struct pieces *p, struct piece *piece, char **why)
{
  uint64_t number = p->next_given;
  struct slot *s = slot_of (p, number);
  uint64_t last;

  if (p->nr_threads == 0) {
    p->next_given++;
    read_slot (p, number);
    last = p->last;
  }
  else {
    pthread_mutex_lock (&p->lock);
    p->next_given++;
    pthread_cond_broadcast (&p->changed);
    while (number >= p->next_read || !s->ready)
      pthread_cond_wait (&p->changed, &p->lock);
    last = p->last;
    pthread_mutex_unlock (&p->lock);
  }
  *why = s->why;
  s->why = NULL;
  *piece = (struct piece) {
    .bytes = s->bytes,
    .length = s->length,
    .ends = s->length < p->size || number == last,
  };
  errno = s->error;
  return s->error == 0 ? 0 : -1;
}

static bool
is_distant (const struct input *in)
{
  return in->fd == -1 && !in->in_order;
}

static unsigned
threads_for (const struct input *in)
{
  if (in->in_order)
    return 1;
  return is_distant (in) ? MOST_THREADS : 0;
}

struct pieces *
pieces_new (struct input *in)
{
  struct pieces *p = tool_alloc (sizeof *p);

  p->in = in;
  p->size = is_distant (in) ? DISTANT_PIECE : PIECE;
  p->last = in->in_order ? UNKNOWN : (in->size - (in->size > 0)) / p->size;
  pthread_mutex_init (&p->lock, NULL);
  pthread_cond_init (&p->changed, NULL);
  if (in->fd != -1)
    posix_fadvise (in->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  unsigned wanted = threads_for (in);
  pthread_mutex_lock (&p->lock);
  p->nr_threads = threads_start (p->threads, wanted, read_ahead, p);
  int error = errno;
  pthread_mutex_unlock (&p->lock);
  if (wanted == 0 || p->nr_threads > 0)
    return p;
  pieces_free (p);
  errno = error;
  return NULL;
}

void
pieces_free (struct pieces *p)
{
  pthread_mutex_lock (&p->lock);
  p->ending = true;
  pthread_cond_broadcast (&p->changed);
  pthread_mutex_unlock (&p->lock);
  for (unsigned i = 0; i < p->nr_threads; i++)
    pthread_join (p->threads[i], NULL);
  for (unsigned i = 0; i < SLOTS; i++) {
    free (p->slots[i].bytes);
    free (p->slots[i].why);
  }
  pthread_cond_destroy (&p->changed);
  pthread_mutex_destroy (&p->lock);
  free (p);
}
