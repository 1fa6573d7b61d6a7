/* SPDX-License-Identifier: MIT */
/* NBD exports: what they can do, and how a copy to them ends. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/endpoints/nbd.h"

/* Ask the library what the export can do.  False after copy_fail if the export
 * cannot be used. */
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
  e->multi = n->export.multi_conn && tool_can_reconnect (&n->pool.at);
  e->comes_back = nbd_get_reconnect_timeout (h) != 0;
  e->forgets = e->comes_back && !e->source
               && nbd_get_unflushed_policy (h) == LIBNBD_UNFLUSHED_TRUST;
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

/* Wait for a flush, or for a read that checks the connection.  Return 0, -1
 * after a message, or 1 if the connection is lost; then OUT is the reason. */
static int
await (struct nbd *n, struct nbd_handle *h, int64_t cookie, char **out)
{
  struct copy *c = n->e.copy;
  int r = cookie == -1 ? -1 : 0;

  while (r == 0) {
    r = nbd_aio_command_completed (h, cookie);
    if (r == 0 && copy_tick (c)) {
      n->interrupted = true;
      return -1;
    }
    if (r == 0 && nbd_poll2 (h, c->events.wake_fd, copy_tick_ms (c)) == -1)
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

/* Send a request so that the library notices if an idle connection was lost.
 * The data that is read does not matter. */
static int64_t
look (struct nbd *n, struct nbd_handle *h)
{
  uint64_t length = MIN (n->e.minimum, (uint64_t) n->e.size);

  if (length == 0)
    return nbd_aio_flush (h, NBD_NULL_COMPLETION, 0);
  free (n->block);
  n->block = tool_alloc (length);
  return nbd_aio_pread (h, n->block, length, 0, NBD_NULL_COMPLETION, 0);
}

static bool
some_were_lost (const struct nbd *n)
{
  for (unsigned i = 0; i < n->count; i++)
    if (n->links[i]->losses > 0)
      return true;
  return false;
}

/* A server with several connections guarantees that a flush through any of
 * them is a flush for all, so connections that were lost while idle do not
 * matter as long as one is left.  If connections are made again, each one is
 * checked, by a flush if one is wanted, else by a read, so that all losses
 * are noticed. */
static int
finish (struct endpoint *e, uint64_t length, bool flush)
{
  struct nbd *n = (struct nbd *) e;
  bool look_only = !flush && e->forgets && some_were_lost (n);
  unsigned answered = 0;
  char *why = NULL;
  int r = 0;

  (void) length;
  for (unsigned i = 0; i < n->count && r != -1 && (flush || look_only); i++) {
    struct nbd_handle *h = n->links[i]->h;
    r = await (n, h,
               look_only ? look (n, h)
                         : nbd_aio_flush (h, NBD_NULL_COMPLETION, 0),
               &why);
    if (r == 0)
      answered++;
  }
  if (r != -1 && (flush || look_only) && answered == 0)
    copy_fail (e->copy, "%s: flush failed: %s", e->name, why);
  free (why);
  return r == -1 || e->copy->stop ? -1 : 0;
}

/* This uses the name on the command line, not the URI: if the tool started the
 * server, the URI has the temporary name of a socket. */
static char *
identity (struct endpoint *e)
{
  struct nbd *n = (struct nbd *) e;
  struct nbd_handle *h = n->links[0]->h;
  char *export = nbd_get_canonical_export_name (h);
  if (export == NULL)
    export = nbd_get_export_name (h);
  char *text = tool_format ("nbd %s export \"%s\" size %" PRIi64, e->name,
                            export ? export : "", e->size);
  free (export);
  return text;
}

/* Handles are not closed here, but at the end of the program, all at once.
 * Memory that they may still write to is kept in a list, so that a leak
 * checker does not report it. */
static void
free_nbd (struct endpoint *e)
{
  static struct nbd *_Atomic kept;
  struct nbd *n = (struct nbd *) e;

  if (n->interrupted) {
    n->kept = atomic_exchange (&kept, n);
    return;
  }
  for (unsigned i = 0; i < n->count; i++) {
    nbd_clear_event_callback (n->links[i]->h);
    free (n->links[i]->loss);
    free (n->links[i]);
  }
  free (n->links);
  free (n->block);
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
  .losses = nbd_losses,
  .away_ms = nbd_away_ms,
  .explain = nbd_explain,
};

struct endpoint *
nbd_open (struct copy *c, const struct tool_endpoint *at,
          const struct endpoint *from)
{
  struct nbd *n = tool_alloc (sizeof *n);
  bool source = from == NULL;

  tool_takes_events ();
  n->source_is_stream = from != NULL && from->stream;
  n->pool = (struct tool_pool) {
    .at = *at,
    .prefix = source ? "src" : "dst",
  };
  n->e = (struct endpoint) {
    .ops = &ops,
    .copy = c,
    .name = at->name,
    .fd = -1,
    .source = source,
  };
  if (nbd_connect (&n->e, 1) == 1 && learn (n, n->links[0]->h))
    return &n->e;
  return NULL;
}
