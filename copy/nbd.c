/* SPDX-License-Identifier: MIT */
/* NBD exports: connecting, what they can do, and connecting again. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "nbd.h"

#define ALLOCATION LIBNBD_CONTEXT_BASE_ALLOCATION

static struct nbd_handle *
new_handle (struct nbd *n, unsigned i)
{
  char *name = tool_format ("%s%u", n->e.source ? "src" : "dst", i);
  struct nbd_handle *h = tool_create (name);
  struct options *o = &n->e.copy->o;

  free (name);
  if ((o->verbose && nbd_set_debug (h, true) == -1)
      || nbd_set_pread_initialize (h, false) == -1
      || (!o->no_map && nbd_add_meta_context (h, ALLOCATION) == -1)
      || (n->e.source && o->context
          && nbd_add_meta_context (h, o->context) == -1))
    tool_nbd_fail (n->e.name);
  return h;
}

static uint64_t
block_size (struct nbd_handle *h, int type, uint64_t otherwise)
{
  int64_t size = nbd_get_block_size (h, type);
  return size > 0 ? (uint64_t) size : otherwise;
}

/* What must be the same for all connections to one export. */
static struct facts
get_facts (struct nbd_handle *h)
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

  n->facts = get_facts (h);
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

static struct nbd_handle *
connect_first (struct nbd *n, unsigned i)
{
  struct nbd_handle *h = new_handle (n, i);
  if (tool_connect (h, &n->at) == -1)
    tool_nbd_fail (n->e.name);
  return h;
}

static unsigned
connect_more (struct endpoint *e, unsigned count)
{
  struct nbd *n = (struct nbd *) e;

  n->connections = realloc (n->connections, count * sizeof (struct link));
  if (n->connections == NULL)
    tool_fail ("out of memory");
  for (; n->count < count; n->count++)
    n->connections[n->count] = (struct link) {
      .h = connect_first (n, n->count),
    };
  return n->count;
}

static int
finish (struct endpoint *e, uint64_t length, bool flush)
{
  struct nbd *n = (struct nbd *) e;

  (void) length;
  for (unsigned i = 0; flush && i < n->count; i++)
    if (nbd_flush (n->connections[i].h, 0) == -1) {
      copy_fail (e->copy, "%s: flush failed: %s", e->name, nbd_get_error ());
      return -1;
    }
  return 0;
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
  .connect = connect_more,
  .finish = finish,
  .identity = identity,
};

struct endpoint *
nbd_open (struct copy *c, const struct tool_endpoint *at, bool source)
{
  struct nbd *n = tool_alloc (sizeof *n);

  n->at = *at;
  n->e = (struct endpoint) {
    .ops = &ops, .copy = c, .name = at->name, .source = source,
    .asynchronous = true,
    .again = tool_endpoint_again (at),
  };
  connect_more (&n->e, 1);
  describe (n, n->connections[0].h);
  return &n->e;
}

/* ---- connections that were lost ---- */

bool
nbd_is_lost (struct endpoint *e, unsigned i)
{
  struct nbd_handle *h = ((struct nbd *) e)->connections[i].h;
  return nbd_aio_is_dead (h) == 1 || nbd_aio_is_closed (h) == 1;
}

const char *
nbd_loss (struct endpoint *e, unsigned i)
{
  struct link *link = &((struct nbd *) e)->connections[i];
  return link->loss ? link->loss : "the server closed the connection";
}

static int
start_connecting (struct nbd *n, struct nbd_handle *h)
{
  if (n->at.transport == TOOL_UNIX)
    return nbd_aio_connect_unix (h, n->at.words[0]);
  return nbd_aio_connect_uri (h, n->at.words[0]);
}

static int
connect_again (struct nbd *n, struct nbd_handle *h)
{
  struct copy *c = n->e.copy;

  if (start_connecting (n, h) == -1)
    return -1;
  while (nbd_aio_is_connecting (h) == 1)
    if (c->stop || nbd_poll2 (h, c->stop_fd, -1) == -1)
      return -1;
  return nbd_aio_is_ready (h) == 1 ? 0 : -1;
}

/* Connect once more.  An export that became another one is no export to go
 * on with. */
int
nbd_reopen (struct endpoint *e, unsigned i)
{
  struct nbd *n = (struct nbd *) e;
  struct link *link = &n->connections[i];

  free (link->loss);
  link->loss = NULL;
  tool_close (link->h);
  link->h = new_handle (n, i);
  if (connect_again (n, link->h) == -1) {
    const char *why = nbd_get_error ();
    link->loss = strdup (why ? why : "the connection ended");
    return -1;
  }
  struct facts now = get_facts (link->h);
  if (memcmp (&now, &n->facts, sizeof now) != 0) {
    copy_fail (e->copy, "%s: after connecting again the server serves "
               "something else: size %" PRIi64 " instead of %" PRIi64
               ", or other capabilities", e->name, now.size, n->facts.size);
    return -1;
  }
  return 0;
}
