/* SPDX-License-Identifier: MIT */
/* NBD exports: connecting, what they can do, and connecting again. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/endpoints/nbd.h"

#define ALLOCATION LIBNBD_CONTEXT_BASE_ALLOCATION

static int
prepare (struct nbd_handle *h, const void *opaque)
{
  const struct nbd *n = opaque;
  const struct copy_settings *o = &n->e.copy->settings;

  if ((o->debug && nbd_set_debug (h, true) == -1)
      || nbd_set_pread_initialize (h, false) == -1
      || (!o->no_map && nbd_add_meta_context (h, ALLOCATION) == -1)
      || (n->e.source && o->context
          && nbd_add_meta_context (h, o->context) == -1))
    return -1;
  return 0;
}

/* False after copy_fail if it is not what is wanted. */
static bool
learn (struct nbd *n, struct nbd_handle *h)
{
  struct endpoint *e = &n->e;
  const struct copy_settings *o = &e->copy->settings;

  n->export = tool_export_of (h);
  e->size = n->export.size;
  if (e->size == -1) {
    copy_fail (e->copy, "%s: %s", e->name, tool_nbd_error ());
    return false;
  }
  e->minimum = n->export.minimum;
  e->preferred = n->export.preferred;
  e->maximum = n->export.maximum;
  e->zero_maximum = n->export.zero ? 128 * MIB : 0;
  e->has_map = n->export.map && !o->no_map;
  e->can_flush = n->export.flush;
  e->multi = e->reconnects && n->export.multi_conn;
  e->fresh = !e->source && o->destination_is_zero;
  e->has_selection = e->source && o->context
                     && nbd_can_meta_context (h, o->context) == 1;
  if (!e->source && n->export.read_only)
    copy_fail (e->copy, "%s: the destination is read-only", e->name);
  else if (e->source && o->context && !e->has_selection)
    copy_fail (e->copy,
               "%s: the server does not have the metadata context "
               "%s",
               e->name, o->context);
  else
    return true;
  return false;
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
    if (r == 0 && copy_tick (c))
      return -1;
    if (r == 0 && nbd_poll2 (h, c->events.wake_fd, c->events.tick_ms) == -1)
      r = -1;
  }
  if (r == 1)
    return 0;
  char *why = tool_format ("%s", nbd_error_words ());
  if (!tool_is_lost (h)) {
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
  for (unsigned i = 0; i < n->pool.count && r != -1; i++) {
    r = flush_through (n, n->pool.connections[i].h, &why);
    if (r == 0)
      flushed++;
  }
  if (r != -1 && flushed == 0
      && !(e->copy->settings.retry > 0 && e->reconnects))
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
  struct nbd_handle *h = n->pool.connections[0].h;
  char *export = nbd_get_canonical_export_name (h);
  if (export == NULL)
    export = nbd_get_export_name (h);
  char *text = tool_format ("nbd %s export \"%s\" size %" PRIi64, e->name,
                            export ? export : "", e->size);
  free (export);
  return text;
}

/* Handles are closed at the end of the program, all at once.  What they may
 * still write to stays, where a leak checker finds it. */
static void
free_nbd (struct endpoint *e)
{
  static struct nbd *_Atomic kept;
  struct nbd *n = (struct nbd *) e;

  if (n->interrupted) {
    n->kept = atomic_exchange (&kept, n);
    return;
  }
  tool_pool_free (&n->pool);
  free (n->zeroes);
  free (n);
}

static const struct endpoint_ops ops = {
  .name = "nbd_ops",
  .start = nbd_start,
  .poll_for = nbd_poll_for,
  .polled = nbd_polled,
  .connect = nbd_connect,
  .finish = finish,
  .identity = identity,
  .free = free_nbd,
  .is_lost = nbd_is_lost,
  .was_lost = nbd_was_lost,
  .loss = nbd_loss,
  .reopen = nbd_reopen,
  .explain = nbd_explain,
};

struct endpoint *
nbd_open (struct copy *c, const struct tool_endpoint *at, bool source)
{
  struct nbd *n = tool_alloc (sizeof *n);

  n->pool = (struct tool_pool) {
    .at = *at,
    .prefix = source ? "src" : "dst",
    .prepare = prepare,
    .opaque = n,
  };
  n->e = (struct endpoint) {
    .ops = &ops,
    .copy = c,
    .name = at->name,
    .fd = -1,
    .source = source,
    .reconnects = tool_can_reconnect (at),
  };
  if (nbd_connect (&n->e, 1) == 1 && learn (n, n->pool.connections[0].h))
    return &n->e;
  return NULL;
}
