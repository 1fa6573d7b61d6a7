/* SPDX-License-Identifier: MIT */
/* Memory for decoded units.
 *
 * Buffers are reused, because the first use of a page of memory takes longer
 * than decoding easy data.  A buffer is not reused for a unit of less than
 * half its size. */
#include <config.h>

#include <stdlib.h>

#include "image/pool.h"
#include "tool.h"

#define ROUND (UINT64_C (64) << 10)

/* ---- the list ---- */

static void
unlink_kept (struct kept *k)
{
  if (k->next == NULL)
    return;
  k->previous->next = k->next;
  k->next->previous = k->previous;
  k->next = k->previous = NULL;
}

void
room_use (struct pool *p, struct kept *k)
{
  struct kept *head = &p->memory.oldest;

  unlink_kept (k);
  k->next = head;
  k->previous = head->previous;
  k->previous->next = head->previous = k;
}

/* ---- buffers ---- */

static void
put_buffer (struct memory *m, void *data, uint64_t room)
{
  struct buffer *b = data;

  b->room = room;
  b->next = m->free;
  m->free = b;
}

/* Take a free buffer of at least SIZE, but not of more than twice the size.
 * Returns NULL if there is none. */
static void *
take_free (struct memory *m, uint64_t size, uint64_t *room)
{
  for (struct buffer **at = &m->free; *at != NULL; at = &(*at)->next) {
    struct buffer *b = *at;
    if (b->room < size || b->room / 2 > size)
      continue;
    *at = b->next;
    *room = b->room;
    return b;
  }
  return NULL;
}

/* Free the memory of an unused buffer.  Returns false if there is none. */
static bool
drop_free (struct memory *m)
{
  struct buffer *b = m->free;

  if (b == NULL)
    return false;
  m->free = b->next;
  m->used -= b->room;
  free (b);
  return true;
}

void
room_give (struct pool *p, struct kept *k)
{
  unlink_kept (k);
  put_buffer (&p->memory, k->data, k->room);
  k->data = NULL;
  k->room = 0;
}

static bool
may_go (const struct kept *k, bool ahead, uint64_t protected)
{
  return k->users == 0 && (!ahead || (k->was_read && k->unit < protected));
}

/* Drop a unit.  Returns false if none may be dropped. */
static bool
let_go (struct pool *p, bool ahead, uint64_t protected)
{
  struct kept *head = &p->memory.oldest, *k = head->next;

  while (k != head && !may_go (k, ahead, protected))
    k = k->next;
  if (k == head)
    return false;
  room_give (p, k);
  k->state = COLD;
  if (k->fault == NULL) {
    p->kept[k->unit] = NULL;
    free (k);
  }
  return true;
}

static bool
allocate (struct memory *m, struct kept *k, uint64_t size)
{
  k->data = malloc (size);
  if (k->data == NULL)
    return false;
  k->room = size;
  m->used += size;
  return true;
}

bool
room_take (struct pool *p, struct kept *k, bool ahead, uint64_t protected)
{
  struct memory *m = &p->memory;
  uint64_t size = (unit_size (p, k->unit) + ROUND - 1) / ROUND * ROUND;

  for (;;) {
    k->data = take_free (m, size, &k->room);
    if (k->data != NULL)
      return true;
    bool allowed = m->used + size <= m->most;
    if (allowed && allocate (m, k, size))
      return true;
    if (drop_free (m) || let_go (p, ahead, protected))
      continue;
    if (allowed && !ahead && m->used == 0)
      tool_fail ("out of memory for %llu bytes", (unsigned long long) size);
    return false;
  }
}

/* ---- begin and end ---- */

void
room_begin (struct memory *m, uint64_t most)
{
  *m = (struct memory) { .most = MAX (most, ROUND) };
  m->oldest.next = m->oldest.previous = &m->oldest;
}

void
room_end (struct pool *p)
{
  for (uint64_t i = 0; i < p->units && p->kept != NULL; i++) {
    struct kept *k = p->kept[i];
    if (k == NULL)
      continue;
    if (k->fault != NULL)
      free (k->fault->why);
    free (k->fault);
    free (k->data);
    free (k);
  }
  while (drop_free (&p->memory))
    ;
}
