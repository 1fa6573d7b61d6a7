/* SPDX-License-Identifier: MIT */

/* Requests of the brittle server: taken as they arrive, carried out in any
 * order, and answered in another order. */

#include <stdlib.h>
#include <string.h>

#include "base/protocol.h"
#include "parts.h"

static unsigned
draw_delay (struct brittle *b)
{
  unsigned slow = b->settings.slow_one_in;

  if (slow > 0 && random_one_in (&b->random, slow))
    return 100 + random_below (&b->random, b->settings.patience / 3);
  return random_below (&b->random, random_one_in (&b->random, 16) ? 40 : 5);
}

void
free_request (struct request *r)
{
  bytes_free (&r->reply);
  free (r->data);
  free (r);
}

/* Whether the range is on the disk.  A client must never ask for another
 * one. */
static bool
is_valid (const struct change *c)
{
  return c->offset % BLOCK_SIZE == 0 && c->length % BLOCK_SIZE == 0
         && c->offset <= DISK_BYTES && c->length <= DISK_BYTES - c->offset;
}

static void
add_request (struct life *s, struct connection *c, struct request *r)
{
  struct request **end = &c->requests;

  s->b->counters.requests++;
  brittle_say (s->b, "%u: request %u flags %u cookie %#lx %lu+%lu", c->number,
               r->change.type, r->change.flags, (unsigned long) r->cookie,
               (unsigned long) r->change.offset / BLOCK_SIZE,
               (unsigned long) r->change.length / BLOCK_SIZE);
  if (c->stage == LEFT) {
    leave_ghost (s, r, c->deadline);
    free_request (r);
    return;
  }
  r->delay = draw_delay (s->b);
  r->deadline = brittle_now () + s->b->settings.patience;
  while (*end != NULL)
    end = &(*end)->next;
  *end = r;
  script_request (s, c, r);
}

bool
take_request (struct life *s, struct connection *c)
{
  size_t size = c->extended ? NBD_EXTENDED_REQUEST_SIZE : NBD_REQUEST_SIZE;
  const uint8_t *p = c->in.p;

  if (c->in.len < size)
    return false;
  if (get_uint (p, 4)
      != (c->extended ? NBD_EXTENDED_REQUEST_MAGIC : NBD_REQUEST_MAGIC))
    abort ();
  struct request *r = calloc (1, sizeof *r);

  r->change = (struct change) {
    .flags = get_uint (p + 4, 2),
    .type = get_uint (p + 6, 2),
    .connection = c->number,
    .offset = get_uint (p + 16, 8),
    .length = get_uint (p + 24, c->extended ? 8 : 4),
  };
  r->cookie = get_uint (p + 8, 8);
  size_t payload = r->change.type == NBD_CMD_WRITE ? r->change.length : 0;

  if (c->in.len < size + payload) {
    free_request (r);
    return false;
  }
  if (payload > 0) {
    r->data = malloc (payload);
    memcpy (r->data, p + size, payload);
  }
  bytes_drop (&c->in, size + payload);
  if (r->change.type == NBD_CMD_DISC) {
    free_request (r);
    client_left (s, c);
    return false;
  }
  add_request (s, c, r);
  return true;
}

/* Carry out a request. */
static void
carry_out (struct life *s, struct connection *c, struct request *r)
{
  struct brittle *b = s->b;
  enum brittle_fault fault = b->settings.fault;

  if (!is_valid (&r->change)) {
    r->error = NBD_EINVAL;
    return;
  }
  switch (r->change.type) {
  case NBD_CMD_READ: put_read (s, c, r); break;
  case NBD_CMD_BLOCK_STATUS: put_extents (s, c, r); break;
  case NBD_CMD_FLUSH:
    if (fault != LIES_ON_FLUSH || !random_one_in (&b->random, 4))
      disk_flush (&b->disk, b->settings.multi_conn
                              ? UINT64_MAX
                              : UINT64_C (1) << c->number % 64);
    break;
  case NBD_CMD_WRITE:
  case NBD_CMD_WRITE_ZEROES:
  case NBD_CMD_TRIM:
    if (fault != LOSES_WRITES || !random_one_in (&b->random, 16))
      disk_change (&b->disk, &r->change, r->data, &b->random);
    break;
  case NBD_CMD_CACHE: break;
  default: r->error = NBD_EINVAL;
  }
  age_ghosts (b);
}

void
work (struct life *s, struct connection *c)
{
  struct request **link = &c->requests;
  int64_t now = brittle_now ();

  while (*link != NULL && !c->doomed) {
    struct request *r = *link;

    if (r->delay > 0 && now < r->deadline) {
      r->delay--;
      link = &r->next;
      continue;
    }
    if (!r->done) {
      carry_out (s, c, r);
      brittle_say (s->b, "%u: done %#lx, error %u", c->number,
                   (unsigned long) r->cookie, r->error);
      r->done = true;
      r->delay = draw_delay (s->b);
      link = &r->next;
      continue;
    }
    *link = r->next;
    size_t before = c->out.len;

    put_done (c, r);
    put_mem (&c->out, r->reply.p, r->reply.len);
    script_reply (s, c, r, before);
    free_request (r);
  }
}
