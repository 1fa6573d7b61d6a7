/* SPDX-License-Identifier: MIT */
/* Functions for both kinds of images. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/internal.h"
#include "tool.h"

const char *
image_name (const struct image *image)
{
  return image->in->name;
}

uint64_t
image_size (const struct image *image)
{
  return image->size;
}

bool
image_is_in_order (const struct image *image)
{
  return image->size == UNKNOWN;
}

void
image_read (struct image *image, struct image_read *r)
{
  r->came = 0;
  r->error = 0;
  r->why = NULL;
  r->ended = false;
  image->ops->read (image, r);
}

int
image_pread (struct image *image, void *buffer, uint64_t length,
             uint64_t offset, char **why)
{
  *why = NULL;
  return image->ops->pread (image, buffer, length, offset, why);
}

int64_t
image_head (struct image *image, void *buffer, uint64_t length, char **why)
{
  *why = NULL;
  return image->ops->head (image, buffer, length, why);
}

void
image_keep_tail (struct image *image, const void *bytes, size_t length)
{
  unsigned char *tail = image->tail;
  size_t n = MIN (length, IMAGE_TAIL);

  memmove (tail, tail + n, IMAGE_TAIL - n);
  memcpy (tail + IMAGE_TAIL - n, (const char *) bytes + length - n, n);
  image->tail_length = MIN (image->tail_length + n, IMAGE_TAIL);
}

size_t
image_tail (const struct image *image, void *buffer, size_t length)
{
  size_t n = MIN (length, image->tail_length);

  memcpy (buffer, image->tail + IMAGE_TAIL - n, n);
  return n;
}

void
image_stop (struct image *image)
{
  image->stopped = true;
  input_stop (image->in);
  image->ops->stop (image);
}

void
image_free (struct image *image)
{
  if (image != NULL)
    image->ops->free (image);
}

/* ---- reads ---- */

void
image_give_back (struct image_read *r, int error, const char *why)
{
  r->error = error;
  r->why = why;
  r->done (r);
}

void
reads_add (struct reads *list, struct image_read *r)
{
  r->next = NULL;
  if (list->first == NULL)
    list->end = &list->first;
  *list->end = r;
  list->end = &r->next;
}

struct image_read *
reads_take (struct reads *list)
{
  struct image_read *r = list->first;

  if (r != NULL)
    list->first = r->next;
  return r;
}

void
reads_move (struct reads *list, struct reads *from)
{
  struct image_read *r;

  while ((r = reads_take (from)) != NULL)
    reads_add (list, r);
}

/* ---- waiting for a read ---- */

struct waiter {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool done;
};

static void
wake (struct image_read *r)
{
  struct waiter *w = r->opaque;

  pthread_mutex_lock (&w->lock);
  w->done = true;
  pthread_cond_signal (&w->changed);
  pthread_mutex_unlock (&w->lock);
}

int
image_await (struct image *image, struct image_read *r,
             void (*start) (struct image *image, struct image_read *r),
             char **why)
{
  struct waiter w = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .changed = PTHREAD_COND_INITIALIZER,
  };

  r->done = wake;
  r->opaque = &w;
  start (image, r);
  pthread_mutex_lock (&w.lock);
  while (!w.done)
    pthread_cond_wait (&w.changed, &w.lock);
  pthread_mutex_unlock (&w.lock);
  pthread_cond_destroy (&w.changed);
  pthread_mutex_destroy (&w.lock);
  if (r->error == 0)
    return 0;
  *why = tool_format ("%s", r->why ? r->why : strerror (r->error));
  errno = r->error;
  return -1;
}
