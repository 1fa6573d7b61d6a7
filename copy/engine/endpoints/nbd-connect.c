/* SPDX-License-Identifier: MIT */
/* NBD exports: connecting, and the library's events about connections that
 * were lost and are back. */
#include <config.h>

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "engine/endpoints/nbd.h"

/* The pause between two attempts to connect to a server, see AGAIN_MS of
 * struct copy_settings. */
#define AGAIN_MS 10

#define ALLOCATION LIBNBD_CONTEXT_BASE_ALLOCATION

/* ---- events ---- */

static void
keep_loss (struct nbd_link *l, const char *text)
{
  free (l->loss);
  l->loss = strdup (text);
}

/* The library's text names the server, as our messages do, and has the reason
 * in parentheses: take only the reason. */
static void
was_lost (struct nbd_link *l, const char *text)
{
  const char *why = strstr (text, " was lost (");

  keep_loss (l, why ? why + strlen (" was lost (") : text);
  if (why && l->loss && l->loss[0] != '\0')
    l->loss[strlen (l->loss) - 1] = '\0';
  l->losses++;
  if (!l->nbd->e.comes_back)
    return;
  l->away_since = tool_now_ms ();
  l->nbd->away++;
}

/* If several connections were lost together, print one message when all of
 * them are back. */
static void
is_back (struct nbd_link *l, int64_t ms)
{
  struct nbd *n = l->nbd;

  l->away_since = 0;
  if (--n->away == 0)
    copy_warn (n->e.copy,
               "%s: the connection was lost (%s) and is open again after "
               "%.1f seconds",
               n->e.name, l->loss ? l->loss : "", ms / 1000.0);
}

/* The first connection could not be made at the first attempt. */
static void
is_not_there (struct nbd_link *l, const char *text)
{
  static const char before[] = "failed: ";
  const char *why = strstr (text, before), *end = strrchr (text, ';');

  if (l->nbd->count > 0 || l->nbd->warned)
    return;
  l->nbd->warned = true;
  why = why ? why + sizeof before - 1 : text;
  copy_warn (l->nbd->e.copy,
             "%s: there is no connection yet (%.*s), trying again",
             l->nbd->e.name,
             end && end > why ? (int) (end - why) : (int) strlen (why), why);
}

/* The library calls this in the thread that uses the handle. */
static int
on_event (void *opaque, unsigned event, const char *text, int64_t value)
{
  struct nbd_link *l = opaque;

  switch (event) {
  case LIBNBD_EVENT_LOST: was_lost (l, text); break;
  case LIBNBD_EVENT_ATTEMPT_FAILED: is_not_there (l, text); break;
  case LIBNBD_EVENT_BACK: is_back (l, value); break;
  case LIBNBD_EVENT_GIVEN_UP:
    keep_loss (l, text);
    l->away_since = 0;
    break;
  }
  return 0;
}

/* ---- connecting ---- */

/* Set how long to try to connect, unless the user has set that.  A further
 * connection that is refused is not tried again. */
static int
set_patience (const struct nbd *n, struct nbd_handle *h)
{
  int ms = n->e.copy->settings.retry_ms;

  if (n->count > 0)
    return nbd_set_connect_timeout (h, 0);
  if (ms > 0 && tool_can_reconnect (&n->pool.at)
      && nbd_get_connect_timeout (h) == 0)
    return nbd_set_connect_timeout (h, ms);
  return 0;
}

/* The library need not keep data that can be read from the source again.  And
 * each range is always written with the same data.  So writes need not wait
 * until a late request of a lost connection can have no more effect, except
 * for requests that belong together, see do_at_once. */
static int
set_reconnecting (const struct nbd *n, struct nbd_handle *h)
{
  int ms = n->e.copy->settings.retry_ms;

  if ((!n->source_is_stream
       && nbd_set_unflushed_policy (h, LIBNBD_UNFLUSHED_TRUST) == -1)
      || nbd_set_quarantine (h, 0) == -1)
    return -1;
  if (ms > 0 && nbd_get_reconnect_timeout (h) == 0)
    return nbd_set_reconnect_timeout (h, ms);
  return 0;
}

static int
prepare (struct nbd_handle *h, const void *opaque)
{
  const struct nbd *n = opaque;
  const struct copy_settings *o = &n->e.copy->settings;
  nbd_event_callback events = {
    .callback = on_event,
    .user_data = n->links[n->count],
  };

  if ((o->debug && nbd_set_debug (h, true) == -1)
      || nbd_set_pread_initialize (h, false) == -1
      || (!o->no_map && nbd_add_meta_context (h, ALLOCATION) == -1)
      || (n->e.source && o->context
          && nbd_add_meta_context (h, o->context) == -1)
      || nbd_set_event_callback (h, events) == -1)
    return -1;
  return set_patience (n, h) == -1 ? -1 : set_reconnecting (n, h);
}

/* Try to make one more link; SILENCE and WHY are those of tool_pool_try. */
static enum tool_outcome
connect_one (struct nbd *n, int silence, char **why)
{
  struct nbd_link *l = tool_alloc (sizeof *l);

  l->nbd = n;
  n->links = realloc (n->links, (n->count + 1) * sizeof *n->links);
  if (n->links == NULL)
    tool_fail ("out of memory");
  n->links[n->count] = l;
  n->pool.prepare = prepare;
  n->pool.opaque = n;
  enum tool_outcome r = tool_pool_try (&n->pool, silence, &l->h, why);
  if (r == TOOL_CONNECTED)
    n->pool.count = ++n->count;
  else if (l->h == NULL) {
    free (l->loss);
    free (l);
  }
  return r;
}

/* Make the first connection.  The library waits for a server that is not there
 * as long as the user asked.  A server that accepted the connection is waited
 * for without a limit, unless the user has set one. */
static void
connect_first (struct nbd *n)
{
  int again_ms = n->e.source ? n->e.copy->settings.again_ms : 0;
  int64_t until = tool_now_ms () + again_ms;
  char *why;

  while (connect_one (n, -1, &why) != TOOL_CONNECTED) {
    bool again = tool_now_ms () < until && tool_can_reconnect (&n->pool.at);
    if (!again)
      copy_fail (n->e.copy, "%s: %s", n->e.name, why);
    free (why);
    if (!again)
      return;
    poll (NULL, 0, AGAIN_MS);
  }
}

/* Return false, after a warning, if the server does not take one more of COUNT
 * connections. */
static bool
connect_further (struct nbd *n, unsigned count)
{
  char *why;
  enum tool_outcome r = connect_one (n, n->pool.patience_ms, &why);

  if (r == TOOL_CONNECTED)
    return true;
  if (r == TOOL_SILENT)
    copy_warn (n->e.copy,
               "%s: going on with %u of %u connections: the "
               "server has not answered another one for %d seconds",
               n->e.name, n->count, count, n->pool.patience_ms / 1000);
  else
    copy_warn (n->e.copy, "%s: going on with %u of %u connections: %s",
               n->e.name, n->count, count, why);
  free (why);
  return false;
}

unsigned
nbd_connect (struct endpoint *e, unsigned count)
{
  struct nbd *n = (struct nbd *) e;

  if (n->count == 0)
    connect_first (n);
  while (n->count > 0 && n->count < count && connect_further (n, count))
    continue;
  return MIN (n->count, count);
}

/* ---- connections that were lost ---- */

bool
nbd_is_lost (struct endpoint *e, unsigned i)
{
  return tool_is_lost (((struct nbd *) e)->links[i]->h);
}

bool
nbd_was_lost (struct endpoint *e, unsigned i)
{
  struct nbd_handle *h = ((struct nbd *) e)->links[i]->h;
  return tool_is_lost (h) || (nbd_poll (h, 0) == -1 && tool_is_lost (h));
}

unsigned
nbd_losses (struct endpoint *e, unsigned i)
{
  return e->comes_back ? ((struct nbd *) e)->links[i]->losses : 0;
}

int64_t
nbd_away_ms (const struct endpoint *e)
{
  const struct nbd *n = (const struct nbd *) e;
  int64_t now = tool_now_ms (), longest = 0;

  for (unsigned i = 0; i < n->count; i++) {
    int64_t since = n->links[i]->away_since;
    if (since != 0)
      longest = MAX (longest, MAX (now - since, 1));
  }
  return longest;
}
