/* SPDX-License-Identifier: MIT */
/* NBD exports: connecting, waiting for a server that is not there yet,
 * and connecting again. */
#include <config.h>

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>

#include "engine/endpoints/nbd.h"

/* ---- the first time ---- */

/* Signals end the program here. */
static void
wait_ms (int ms)
{
  struct pollfd p = { .fd = tool_signal_fd (), .events = POLLIN };

  poll (&p, 1, ms);
  tool_check_signal ();
}

/* How long an attempt may get no answer if there is a further one.  Servers
 * may need their time, so each has twice that of the one before, and the
 * last one what any server gets. */
static int
attempt_ms (unsigned attempt, bool last)
{
  int ms = TOOL_PATIENCE_SHORTEST_MS;

  while (attempt-- > 0 && ms < TOOL_PATIENCE_LONGEST_MS)
    ms *= 2;
  return last ? TOOL_PATIENCE_LONGEST_MS : MIN (ms, TOOL_PATIENCE_LONGEST_MS);
}

/* NULL after copy_fail if it cannot be expected to do better later.  Without
 * further attempts it is waited for ever, as nobody asked for anything
 * else. */
static struct nbd_handle *
connect_first (struct nbd *n)
{
  unsigned retry = n->e.reconnects ? n->e.copy->settings.retry : 0,
           attempt = 0;
  int wait = RETRY_FIRST_MS;

  for (;;) {
    struct nbd_handle *h;
    char *why;
    int ms = retry == 0 ? -1 : attempt_ms (attempt, attempt == retry);
    enum tool_outcome r = tool_pool_try (&n->pool, ms, &h, &why);
    if (r == TOOL_CONNECTED)
      return h;
    if (attempt == retry || r == TOOL_REFUSED) {
      copy_fail (n->e.copy, "%s: %s", n->e.name, why);
      free (why);
      return NULL;
    }
    if (attempt++ == 0)
      copy_warn (n->e.copy,
                 "%s: there is no connection yet (%s), trying "
                 "again",
                 n->e.name, why);
    free (why);
    wait_ms (wait);
    wait = MIN (2 * wait, RETRY_LONGEST_MS);
  }
}

/* NULL, after a warning, if the server does not want COUNT of them. */
static struct nbd_handle *
connect_further (struct nbd *n, unsigned count)
{
  struct tool_pool *p = &n->pool;
  struct nbd_handle *h;
  char *why;
  enum tool_outcome r = tool_pool_try (p, p->patience_ms, &h, &why);

  if (r == TOOL_CONNECTED)
    return h;
  if (r == TOOL_SILENT)
    copy_warn (n->e.copy,
               "%s: going on with %u of %u connections: the "
               "server has not answered another one for %d seconds",
               n->e.name, p->count, count, p->patience_ms / 1000);
  else
    copy_warn (n->e.copy, "%s: going on with %u of %u connections: %s",
               n->e.name, p->count, count, why);
  free (why);
  return NULL;
}

unsigned
nbd_connect (struct endpoint *e, unsigned count)
{
  struct nbd *n = (struct nbd *) e;
  struct nbd_handle *h;

  if (n->pool.count == 0) {
    if ((h = connect_first (n)) == NULL)
      return 0;
    tool_pool_add (&n->pool, h);
  }
  while (n->pool.count < count && (h = connect_further (n, count)) != NULL)
    tool_pool_add (&n->pool, h);
  count = MIN (n->pool.count, count);
  free (n->zeroes);
  n->zeroes = tool_alloc (count * sizeof n->zeroes[0]);
  return count;
}

/* ---- connections that were lost ---- */

bool
nbd_is_lost (struct endpoint *e, unsigned i)
{
  return tool_is_lost (((struct nbd *) e)->pool.connections[i].h);
}

bool
nbd_was_lost (struct endpoint *e, unsigned i)
{
  return tool_pool_was_lost (&((struct nbd *) e)->pool, i);
}

const char *
nbd_loss (struct endpoint *e, unsigned i)
{
  return tool_pool_loss (&((struct nbd *) e)->pool, i);
}

/* An export that became another one is no export to go on with. */
int
nbd_reopen (struct endpoint *e, unsigned i, unsigned attempt)
{
  struct nbd *n = (struct nbd *) e;
  int ms = attempt_ms (attempt - 1, attempt == e->copy->settings.retry);

  if (tool_pool_reopen (&n->pool, i, ms, e->copy->stop_fd) == -1)
    return -1;
  struct tool_export now = tool_export_of (n->pool.connections[i].h);
  if (!tool_export_is_same (&now, &n->export)) {
    copy_fail (e->copy,
               "%s: after connecting again the server serves "
               "something else: size %" PRIi64 " instead of %" PRIi64
               ", or other capabilities",
               e->name, now.size, n->export.size);
    return -1;
  }
  return 0;
}
