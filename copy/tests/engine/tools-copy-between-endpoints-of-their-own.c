/* SPDX-License-Identifier: MIT */
/* A tool that is not nbdcopy links the engine and copies between endpoints of
 * its own.  Several copies exist at the same time; one fails and one is
 * stopped, and the program continues. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "check.h"
#include "engine/engine.h"

#define SIZE (24 * MIB)
#define BLOCK 4096

/* ---- an endpoint in memory ---- */

struct ram {
  struct endpoint e;
  unsigned char *data;
  uint64_t bad; /* reading this position fails */
  unsigned finished;
};

static bool
is_zero_block (const unsigned char *p)
{
  static const unsigned char zeroes[BLOCK];
  return memcmp (p, zeroes, BLOCK) == 0;
}

static void
tell_map (struct ram *r, struct io *io)
{
  uint64_t at = r->e.start + io->position, end = at + io->length;

  tool_map_begin (&io->allocation, at);
  for (; at < end; at += BLOCK)
    tool_map_add (&io->allocation, at + BLOCK,
                  is_zero_block (r->data + at) ? LIBNBD_STATE_ZERO : 0);
}

static void
start (struct endpoint *e, struct io *io)
{
  struct ram *r = (struct ram *) e;
  uint64_t at = e->start + io->position;
  int error = 0;

  CHECK (at + io->length <= (uint64_t) e->size);
  switch (io->action) {
  case READ:
    if (r->bad >= at && r->bad < at + io->length)
      error = EIO;
    else
      memcpy (io->buffer, r->data + at, io->length);
    break;
  case WRITE: memcpy (r->data + at, io->buffer, io->length); break;
  case WRITE_ZEROES: memset (r->data + at, 0, io->length); break;
  case STATUS: tell_map (r, io); break;
  case FLUSH: break;
  }
  io_done (io, error);
}

static unsigned
take_any (struct endpoint *e, unsigned count)
{
  (void) e;
  return count;
}

static int
finish (struct endpoint *e, uint64_t length, bool flush)
{
  (void) flush;
  CHECK (length == SIZE / 2);
  ((struct ram *) e)->finished++;
  return 0;
}

static const struct endpoint_ops ops = {
  .name = "ram",
  .start = start,
  .connect = take_any,
  .finish = finish,
};

static struct ram *
new_ram (struct copy *c, bool source)
{
  struct ram *r = calloc (1, sizeof *r);

  CHECK (r != NULL);
  r->data = calloc (1, SIZE);
  CHECK (r->data != NULL);
  r->bad = UINT64_MAX;
  r->e = (struct endpoint) {
    .ops = &ops,
    .copy = c,
    .name = source ? "one" : "other",
    .fd = -1,
    .source = source,
    .size = SIZE,
    .minimum = 1,
    .preferred = BLOCK,
    .maximum = MIB,
    .zero_maximum = SIZE,
    .has_map = true,
    .can_flush = true,
    .multi = true,
  };
  /* The source has runs of a few blocks of data and zeroes, the destination has
   * old content. */
  for (uint64_t i = 0; i < SIZE; i++)
    r->data[i] = !source ? 0xff : i / BLOCK % 7 < 3 ? i / 5 + 1 : 0;
  return r;
}

static void
free_ram (struct ram *r)
{
  free (r->data);
  free (r);
}

/* ---- copying the first half of a disk to the second half of another ---- */

struct second {
  struct copy *c;
  struct ram *from, *to;
  char said[200]; /* the first message */
  unsigned messages, ticks;
  bool stops;
};

static void
hear (void *opaque, const char *text)
{
  struct second *t = opaque;

  if (t->messages++ == 0)
    snprintf (t->said, sizeof t->said, "%s", text);
}

static void
tick (void *opaque)
{
  struct second *t = opaque;

  t->ticks++;
  if (t->stops)
    copy_interrupt (t->c);
}

static void
begin (struct second *t)
{
  struct copy_settings settings = copy_usual_settings;
  struct copy_events events = {
    .message = hear,
    .tick = tick,
    .tick_ms = -1,
    .opaque = t,
    .wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK),
  };

  settings.offset[1] = settings.length[0] = SIZE / 2;
  settings.verify = true;
  t->c = copy_new (&settings, &events);
  CHECK (t->c != NULL);
  t->from = new_ram (t->c, true);
  t->to = new_ram (t->c, false);
  CHECK (copy_between (t->c, &t->from->e, &t->to->e) == 0);
  CHECK (copy_connect (t->c) == 0);
  CHECK (copy_prepare (t->c) == 0);
}

static void
end (struct second *t, bool whole)
{
  CHECK (copy_end (t->c, whole) == 0);
  copy_free (t->c);
  free_ram (t->from);
  free_ram (t->to);
}

static void
succeeds (struct second *t)
{
  struct copy_counts counts;

  CHECK (copy_run (t->c) == 0);
  counts = copy_counts (t->c);
  CHECK (t->messages == 0 && t->ticks > 0);
  CHECK (counts.length_known && counts.length == SIZE / 2);
  CHECK (counts.copied + counts.zeroed == SIZE / 2);
  CHECK (counts.copied > SIZE / 8 && counts.zeroed > SIZE / 8);
  CHECK (counts.verified == SIZE / 2);
  CHECK (t->from->finished == 1 && t->to->finished == 1);
  CHECK (memcmp (t->to->data + SIZE / 2, t->from->data, SIZE / 2) == 0);
  CHECK (t->to->data[SIZE / 2 - 1] == 0xff);
}

void
test (void)
{
  struct second first = { .c = NULL }, second = { .c = NULL };
  struct second broken = { .c = NULL }, stopped = { .stops = true };

  begin (&first);
  begin (&broken);
  begin (&second);
  begin (&stopped);
  succeeds (&first);
  broken.from->bad = 200 * 7 * BLOCK; /* no zeroes are there */
  CHECK (copy_run (broken.c) == -1);
  CHECK (broken.messages == 1);
  CHECK (strstr (broken.said, "one: read at offset ") != NULL);
  CHECK (copy_run (stopped.c) == -1);
  CHECK (strstr (stopped.said, "interrupted: the copy from offset ") != NULL);
  succeeds (&second);
  end (&second, true);
  end (&stopped, false);
  end (&broken, false);
  end (&first, true);
}
