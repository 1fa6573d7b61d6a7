/* SPDX-License-Identifier: MIT */
/* Connections to one export. */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"

static struct nbd_handle *
new_handle (const struct tool_pool *p, unsigned number)
{
  char *name = p->prefix ? tool_format ("%s%u", p->prefix, number) : NULL;
  struct nbd_handle *h = tool_create (name, p->prepare, p->opaque);
  free (name);
  return h;
}

/* ---- the first time ---- */

/* Twice what the first connection took, within reason. */
static int
patience (int64_t first_ms)
{
  if (first_ms < TOOL_PATIENCE_SHORTEST_MS / 2)
    return TOOL_PATIENCE_SHORTEST_MS;
  if (first_ms > TOOL_PATIENCE_LONGEST_MS / 2)
    return TOOL_PATIENCE_LONGEST_MS;
  return 2 * first_ms;
}

static char *
no_answer (int ms)
{
  return tool_format ("no answer for %d seconds", ms / 1000);
}

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

enum tool_outcome
tool_pool_try (struct tool_pool *p, int silence, struct nbd_handle **h,
               char **why)
{
  *h = new_handle (p, p->count);
  int64_t began = tool_now_ms ();
  int r = tool_connect_within (h, &p->at, silence);
  if (r == 0) {
    if (p->patience_ms == 0)
      p->patience_ms = patience (tool_now_ms () - began);
    return TOOL_CONNECTED;
  }
  tool_check_signal ();
  *why = r == 1 ? no_answer (silence) : tool_format ("%s", tool_nbd_error ());
  enum tool_outcome outcome = r == 1               ? TOOL_SILENT
                              : may_come_back (*h) ? TOOL_UNREACHED
                                                   : TOOL_REFUSED;
  if (tool_can_reconnect (&p->at)) {
    tool_close (*h);
    *h = NULL;
  }
  return outcome;
}

void
tool_pool_add (struct tool_pool *p, struct nbd_handle *h)
{
  p->connections = realloc (p->connections,
                            (p->count + 1) * sizeof p->connections[0]);
  if (p->connections == NULL)
    tool_fail ("out of memory");
  p->connections[p->count++] = (struct tool_connection) { .h = h };
}

unsigned
tool_pool_allows (const struct tool_pool *p, unsigned wanted)
{
  return tool_can_reconnect (&p->at)
             && nbd_can_multi_conn (p->connections[0].h) == 1
           ? wanted
           : 1;
}

/* ---- connections that were lost ---- */

void
tool_pool_keep_loss (struct tool_pool *p, unsigned i)
{
  if (p->connections[i].loss == NULL)
    p->connections[i].loss = strdup (tool_nbd_error ());
}

bool
tool_pool_was_lost (struct tool_pool *p, unsigned i)
{
  struct nbd_handle *h = p->connections[i].h;
  if (!tool_is_lost (h) && nbd_poll (h, 0) == -1)
    tool_pool_keep_loss (p, i);
  return tool_is_lost (h);
}

const char *
tool_pool_loss (const struct tool_pool *p, unsigned i)
{
  const char *loss = p->connections[i].loss;
  return loss ? loss : "the server closed the connection";
}

static bool
is_readable (int fd)
{
  struct pollfd pollfd = { .fd = fd, .events = POLLIN };
  return poll (&pollfd, 1, 0) == 1;
}

/* NULL, or what went wrong, to be freed. */
static char *
connect_anew (const struct tool_pool *p, struct nbd_handle *h, int silence,
              int stop_fd)
{
  int r = tool_start_connecting (h, &p->at);
  while (r != -1 && nbd_aio_is_connecting (h) == 1) {
    r = is_readable (stop_fd) ? -1 : nbd_poll2 (h, stop_fd, silence);
    if (r == 0)
      return no_answer (silence);
  }
  if (r != -1 && nbd_aio_is_ready (h) == 1)
    return NULL;
  return tool_format ("%s", tool_nbd_error ());
}

int
tool_pool_reopen (struct tool_pool *p, unsigned i, int silence, int stop_fd)
{
  struct tool_connection *c = &p->connections[i];
  free (c->loss);
  tool_close (c->h);
  c->h = new_handle (p, i);
  c->loss = connect_anew (p, c->h, silence, stop_fd);
  return c->loss == NULL ? 0 : -1;
}

void
tool_pool_free (struct tool_pool *p)
{
  for (unsigned i = 0; i < p->count; i++)
    free (p->connections[i].loss);
  free (p->connections);
  p->connections = NULL;
  p->count = 0;
}
