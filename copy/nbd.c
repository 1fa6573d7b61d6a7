/* SPDX-License-Identifier: MIT */
/* NBD exports: connecting, what they can do, and connecting again. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "nbd.h"

#define ALLOCATION LIBNBD_CONTEXT_BASE_ALLOCATION

static int
prepare (struct nbd_handle *h, const void *opaque)
{
  const struct nbd *n = opaque;
  const struct options *o = &n->e.copy->o;

  if ((o->verbose && nbd_set_debug (h, true) == -1)
      || nbd_set_pread_initialize (h, false) == -1
      || (!o->no_map && nbd_add_meta_context (h, ALLOCATION) == -1)
      || (n->e.source && o->context
          && nbd_add_meta_context (h, o->context) == -1))
    return -1;
  return 0;
}

struct nbd_handle *
nbd_new_handle (struct nbd *n, unsigned i)
{
  char *name = tool_format ("%s%u", n->e.source ? "src" : "dst", i);
  struct nbd_handle *h = tool_create (name, prepare, n);

  free (name);
  return h;
}

static uint64_t
block_size (struct nbd_handle *h, int type, uint64_t otherwise)
{
  int64_t size = nbd_get_block_size (h, type);
  return size > 0 ? (uint64_t) size : otherwise;
}

/* What must be the same for all connections to one export. */
struct facts
nbd_facts (struct nbd_handle *h)
{
  return (struct facts) {
    .size = nbd_get_size (h),
    .minimum = block_size (h, LIBNBD_SIZE_MINIMUM, 1),
    .read_only = nbd_is_read_only (h) != 0,
    .zero = nbd_can_zero (h) == 1,
    .fast_zero = nbd_can_fast_zero (h) == 1,
    .trim = nbd_can_trim (h) == 1,
    .flush = nbd_can_flush (h) == 1,
    .df = nbd_can_df (h) == 1,
    .map = nbd_can_meta_context (h, ALLOCATION) == 1,
  };
}

static void
describe (struct nbd *n, struct nbd_handle *h)
{
  struct endpoint *e = &n->e;
  struct options *o = &e->copy->o;

  n->facts = nbd_facts (h);
  e->size = n->facts.size;
  if (e->size == -1)
    tool_nbd_fail (e->name);
  e->minimum = n->facts.minimum;
  e->preferred = block_size (h, LIBNBD_SIZE_PREFERRED, 4096);
  e->maximum = MIN (block_size (h, LIBNBD_SIZE_MAXIMUM, 32 * MIB),
                    block_size (h, LIBNBD_SIZE_PAYLOAD, 32 * MIB));
  e->zero_maximum = n->facts.zero ? 128 * MIB : 0;
  e->has_map = n->facts.map && !o->no_map;
  e->can_flush = n->facts.flush;
  e->multi = e->again && nbd_can_multi_conn (h) == 1;
  e->fresh = !e->source && o->destination_is_zero;
  if (!e->source && n->facts.read_only)
    tool_fail ("%s: the destination is read-only", e->name);
  if (e->source && o->context) {
    if (nbd_can_meta_context (h, o->context) != 1)
      tool_fail ("%s: the server does not have the metadata context %s",
                 e->name, o->context);
    e->has_selection = true;
  }
}

/* Flush through one connection.  0, -1 after a message, or 1 if it is lost,
 * and then OUT is why. */
static int
flush_through (struct nbd *n, struct nbd_handle *h, char **out)
{
  struct copy *c = n->e.copy;
  int64_t cookie = nbd_aio_flush (h, NBD_NULL_COMPLETION, 0);
  int r = cookie == -1 ? -1 : 0;

  while (r == 0) {
    r = nbd_aio_command_completed (h, cookie);
    if (r == 0 && run_interrupted (c))
      return -1;
    if (r == 0 && nbd_poll2 (h, c->event_fd, run_tick (c)) == -1)
      r = -1;
  }
  if (r == 1)
    return 0;
  char *why = tool_format ("%s", nbd_words ());
  if (nbd_aio_is_dead (h) != 1 && nbd_aio_is_closed (h) != 1) {
    copy_fail (c, "%s: flush failed: %s", n->e.name, why);
    free (why);
    return -1;
  }
  free (*out);
  *out = why;
  return 1;
}

/* A server with several connections has promised that a flush through any of
 * them is one for all, so those that died while they were idle do not
 * matter as long as one lives. */
static int
finish (struct endpoint *e, uint64_t length, bool flush)
{
  struct nbd *n = (struct nbd *) e;
  unsigned flushed = 0;
  char *why = NULL;
  int r = 0;

  (void) length;
  if (!flush)
    return 0;
  for (unsigned i = 0; i < n->count && r != -1; i++) {
    r = flush_through (n, n->connections[i].h, &why);
    if (r == 0)
      flushed++;
  }
  if (r != -1 && flushed == 0 && !(e->copy->o.retry > 0 && e->again))
    copy_fail (e->copy, "%s: flush failed: %s", e->name, why);
  free (why);
  if (r == -1 || e->copy->stop)
    return -1;
  return flushed > 0 ? 0 : 1;
}

/* The URI may hold a socket's temporary name if the server is a child. */
static char *
identity (struct endpoint *e)
{
  struct nbd *n = (struct nbd *) e;
  struct nbd_handle *h = n->connections[0].h;
  char *export = nbd_get_canonical_export_name (h);
  if (export == NULL)
    export = nbd_get_export_name (h);
  char *text = tool_format ("nbd %s export \"%s\" size %" PRIi64, e->name,
                            export ? export : "", e->size);
  free (export);
  return text;
}

static const struct endpoint_ops ops = {
  .name = "nbd_ops",
  .start = nbd_start,
  .poll_for = nbd_poll_for,
  .polled = nbd_polled,
  .connect = nbd_connect,
  .finish = finish,
  .identity = identity,
};

struct endpoint *
nbd_open (struct copy *c, const struct tool_endpoint *at, bool source)
{
  struct nbd *n = tool_alloc (sizeof *n);

  n->at = *at;
  n->e = (struct endpoint) {
    .ops = &ops, .copy = c, .name = at->name, .fd = -1, .source = source,
    .asynchronous = true,
    .again = tool_endpoint_again (at),
  };
  nbd_connect (&n->e, 1);
  describe (n, n->connections[0].h);
  return &n->e;
}
