/* SPDX-License-Identifier: MIT */
/* NBD exports: connecting, waiting for a server that is not there yet,
 * and connecting again. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "nbd.h"

/* ---- the first time ---- */

/* Did connecting fail because nobody is there, or the server went away?
 * What a server refused, or what cannot be asked for, stays so. */
static bool
may_come_back (struct nbd_handle *h)
{
  int error = nbd_get_errno ();

  if (error == EINVAL || error == ENOTSUP || error == EPERM)
    return false;
  return nbd_stats_bytes_received (h) == 0 || error == ENOTCONN
    || error == ECONNRESET || error == EPIPE || error == ESHUTDOWN;
}

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
  int ms = tool_patience_ms (0);

  while (attempt-- > 0 && ms < TOOL_PATIENCE_LONGEST_MS)
    ms *= 2;
  return last ? TOOL_PATIENCE_LONGEST_MS : MIN (ms, TOOL_PATIENCE_LONGEST_MS);
}

static char *
no_answer (int ms)
{
  return tool_format ("no answer for %d seconds", ms / 1000);
}

/* Fails the tool if it cannot be expected to do better later.  Without
 * further attempts it is waited for ever, as nobody asked for anything
 * else. */
static struct nbd_handle *
connect_first (struct nbd *n)
{
  unsigned retry = n->e.again ? n->e.copy->o.retry : 0, attempt = 0;
  int wait = RETRY_FIRST_MS;

  for (;;) {
    struct nbd_handle *h = nbd_new_handle (n, 0);
    int64_t began = tool_now_ms ();
    int ms = retry == 0 ? -1 : attempt_ms (attempt, attempt == retry);
    int r = tool_connect_within (&h, &n->at, ms);
    if (r == 0) {
      n->patience_ms = tool_patience_ms (tool_now_ms () - began);
      return h;
    }
    tool_check_signal ();
    char *why = r == 1 ? no_answer (ms) : tool_format ("%s",
                                                       tool_nbd_error ());
    if (attempt == retry || (r == -1 && !may_come_back (h)))
      tool_fail ("%s: %s", n->e.name, why);
    if (attempt++ == 0)
      copy_warn (n->e.copy, "%s: there is no connection yet (%s), trying "
                 "again", n->e.name, why);
    free (why);
    tool_close (h);
    wait_ms (wait);
    wait = MIN (2 * wait, RETRY_LONGEST_MS);
  }
}

/* NULL, after a warning, if the server does not want COUNT of them. */
static struct nbd_handle *
connect_further (struct nbd *n, unsigned count)
{
  struct nbd_handle *h = nbd_new_handle (n, n->count);
  int r = tool_connect_within (&h, &n->at, n->patience_ms);

  if (r == 0)
    return h;
  tool_check_signal ();
  if (r == 1)
    copy_warn (n->e.copy, "%s: going on with %u of %u connections: the "
               "server has not answered another one for %d seconds",
               n->e.name, n->count, count, n->patience_ms / 1000);
  else
    copy_warn (n->e.copy, "%s: going on with %u of %u connections: %s",
               n->e.name, n->count, count, tool_nbd_error ());
  tool_close (h);
  return NULL;
}

unsigned
nbd_connect (struct endpoint *e, unsigned count)
{
  struct nbd *n = (struct nbd *) e;
  struct link *links;

  links = realloc (n->connections,
                   MAX (count, n->count) * sizeof n->connections[0]);
  if (links == NULL)
    tool_fail ("out of memory");
  n->connections = links;
  for (; n->count < count; n->count++) {
    struct nbd_handle *h = n->count == 0 ? connect_first (n)
      : connect_further (n, count);
    if (h == NULL)
      break;
    links[n->count] = (struct link) { .h = h };
  }
  return MIN (n->count, count);
}

/* ---- connections that were lost ---- */

bool
nbd_is_lost (struct endpoint *e, unsigned i)
{
  struct nbd_handle *h = ((struct nbd *) e)->connections[i].h;
  return nbd_aio_is_dead (h) == 1 || nbd_aio_is_closed (h) == 1;
}

void
nbd_look (struct endpoint *e, unsigned i)
{
  struct link *link = &((struct nbd *) e)->connections[i];

  if (!nbd_is_lost (e, i) && nbd_poll (link->h, 0) == -1
      && link->loss == NULL)
    link->loss = strdup (tool_nbd_error ());
}

const char *
nbd_loss (struct endpoint *e, unsigned i)
{
  struct link *link = &((struct nbd *) e)->connections[i];
  return link->loss ? link->loss : "the server closed the connection";
}

/* NULL, or what went wrong, to be freed. */
static char *
connect_again (struct nbd *n, struct nbd_handle *h, int ms)
{
  struct copy *c = n->e.copy;
  int r = tool_start_connecting (h, &n->at);

  while (r != -1 && nbd_aio_is_connecting (h) == 1) {
    r = c->stop ? -1 : nbd_poll2 (h, c->stop_fd, ms);
    if (r == 0)
      return no_answer (ms);
  }
  if (r != -1 && nbd_aio_is_ready (h) == 1)
    return NULL;
  return tool_format ("%s", tool_nbd_error ());
}

/* Connect once more.  An export that became another one is no export to go
 * on with. */
int
nbd_reopen (struct endpoint *e, unsigned i, unsigned attempt)
{
  struct nbd *n = (struct nbd *) e;
  struct link *link = &n->connections[i];

  free (link->loss);
  tool_close (link->h);
  link->h = nbd_new_handle (n, i);
  link->loss = connect_again (n, link->h,
                              attempt_ms (attempt - 1,
                                          attempt == e->copy->o.retry));
  if (link->loss != NULL)
    return -1;
  struct facts now = nbd_facts (link->h);
  if (memcmp (&now, &n->facts, sizeof now) != 0) {
    copy_fail (e->copy, "%s: after connecting again the server serves "
               "something else: size %" PRIi64 " instead of %" PRIi64
               ", or other capabilities", e->name, now.size, n->facts.size);
    return -1;
  }
  return 0;
}
